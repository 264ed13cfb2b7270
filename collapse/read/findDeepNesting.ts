import { createReadStream } from "node:fs";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { CheckFailure } from "../contracts/failure.ts";
import type { Compression } from "./fileFormat.ts";

/** Deeper than any data, and far from what exhausts the stack of a parser. */
const DEEPEST = 256;

const LINE_END = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Reads a JSON file once and refuses it where values are nested more than 256 deep: DuckDB's inference of types
 * recurses, and a file of some 100,000 brackets would end the process. Failure: `file_unreadable`, or null.
 */
export async function findDeepNesting(
  path: string,
  name: string,
  compression: Compression,
): Promise<CheckFailure | null> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const bytes =
    compression === "none"
      ? file
      : compression === "gzip"
        ? file.pipe(createGunzip())
        : file.pipe(createZstdDecompress());
  const scan = nestingScan();
  try {
    for await (const part of bytes) if (scan(part) > DEEPEST) return tooDeep(name);
    return null;
  } finally {
    file.destroy();
  }
}

/**
 * Follows the nesting over parts of a file; tells the deepest so far. A text ends with its line at the latest, as JSON
 * has it: a quote that is never closed hides no bracket of the lines behind it.
 */
export function nestingScan(): (part: Uint8Array) => number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  let escaped = false;
  return (part) => {
    for (let index = 0; index < part.length; index++) {
      const byte = part[index] ?? 0;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE || byte === LINE_END) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        depth++;
        if (depth > deepest) deepest = depth;
      } else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && depth > 0) depth--;
    }
    return deepest;
  };
}

const tooDeep = (name: string): CheckFailure => ({
  code: "file_unreadable",
  detail: `${name} cannot be read: its values are nested more than ${DEEPEST} deep.`,
  fix: "Write one flat JSON object per row.",
  file: name,
  column: null,
});
