import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Needle = string | Buffer;

/** Files under a folder, each read once, that hold one of these; as `path: needle`. */
export function filesHolding(folder: string, needles: readonly Needle[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      const content = contentOf(path);
      return needles
        .filter((needle) => content.includes(needle))
        .map((needle) => `${path}: ${String(needle)}`);
    });
}

/** Empty for a file that went away since it was listed. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** A text, and the encodings under which it might be written by mistake. */
const formsOf = (text: string): string[] => [
  text,
  Buffer.from(text).toString("hex"),
  // base64 of a text that begins at any of three places in what is encoded.
  ...[0, 1, 2].map((skipped) => Buffer.from(text.slice(skipped)).toString("base64").slice(0, 20)),
];

/** Where texts lie, plain or encoded: in files of any part, and in lines of any log. */
export function tracesOf(texts: readonly string[], dataDir: string, lines: readonly string[]): string[] {
  const forms = texts.flatMap(formsOf);
  const said = lines.filter((line) => forms.some((form) => line.includes(form)));
  return [...filesHolding(dataDir, forms), ...said];
}
