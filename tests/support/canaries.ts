import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { PNG_END, pngChunk, pngHead } from "../../local/pngChunks.ts";

const INDEX_DIGITS = 4;
const SIDE_PIXELS = 32;
const ROW_BYTES = 1 + 3 * SIDE_PIXELS;

/** Texts and numbers that occur nowhere else, each with a name, and the search for all of them at once. */
export interface Canaries {
  /** A word of lower-case letters and digits under that name. */
  word(name: string): string;
  /** A number between 0 and 1 under that name. */
  number(name: string): number;
  /** Names of those that some bytes hold: as they are, in hexadecimal, or in base64 at any offset. */
  namesIn(content: Buffer | string): string[];
}

/** Makes canaries of one run. */
export function createCanaries(): Canaries {
  const names: string[] = [];
  const mark = `kanari${randomBytes(6).toString("hex")}x`;
  const digits = String(1_000_000 + (randomBytes(3).readUIntBE(0, 3) % 8_999_999));
  const indexOf = (name: string): string => String(names.push(name) - 1).padStart(INDEX_DIGITS, "0");

  /** What is written behind a found mark, read as it was written. */
  const finders: readonly (readonly [needle: string, read: (found: Buffer) => string])[] = [
    [mark, (found) => found.subarray(mark.length).toString("latin1")],
    [
      hexOf(mark),
      (found) => Buffer.from(found.toString("latin1"), "hex").subarray(mark.length).toString("latin1"),
    ],
    ...[0, 1, 2].map((skipped): readonly [string, (found: Buffer) => string] => {
      const whole = mark.slice(skipped, skipped + 3 * Math.floor((mark.length - skipped) / 3));
      const needle = Buffer.from(whole).toString("base64");
      const rest = mark.length - skipped;
      return [
        needle,
        (found) => Buffer.from(found.toString("latin1"), "base64").subarray(rest).toString("latin1"),
      ];
    }),
    [digits, (found) => found.subarray(digits.length).toString("latin1")],
  ];

  return {
    word: (name) => mark + indexOf(name),
    number: (name) => Number(`0.${digits}${indexOf(name)}1`),
    namesIn(content) {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      const found = new Set<string>();
      for (const [needle, read] of finders) {
        for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
          const behind = read(bytes.subarray(at, at + 4 * mark.length)).slice(0, INDEX_DIGITS);
          const name = /^\d+$/.test(behind) ? names[Number(behind)] : undefined;
          if (name !== undefined) found.add(name);
        }
      }
      return [...found];
    },
  };
}

const hexOf = (text: string): string => Buffer.from(text).toString("hex");

/** A PNG of noise with a text among its pixels, which are not compressed, and one in its metadata. */
export function markedPng(inPixels: string, inMetadata: string): Buffer {
  const rows = randomBytes(SIDE_PIXELS * ROW_BYTES);
  for (let row = 0; row < SIDE_PIXELS; row += 1) rows[row * ROW_BYTES] = 0;
  rows.write(inPixels, 10 * ROW_BYTES + 1, "latin1");
  return Buffer.concat([
    pngHead(SIDE_PIXELS),
    pngChunk("tEXt", Buffer.from(`Comment\0${inMetadata}`, "latin1")),
    pngChunk("IDAT", deflateSync(rows, { level: 0 })),
    PNG_END,
  ]);
}
