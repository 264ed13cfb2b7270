import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { Compression, ConvertedFormat, FileFormat } from "./fileFormat.ts";
import { inflateHead, readHead } from "./readHead.ts";
import { AGAIN, unreadableFile } from "./refuseFile.ts";

/** Formats that are converted before they are read, by how they begin. A stream of Arrow begins with its first length. */
const CONVERTED: readonly (readonly [string, ConvertedFormat["kind"]])[] = [
  ["504b0304", "excel"],
  ["894844460d0a1a0a", "hdf5"],
  ["4152524f5731", "arrow"],
  ["ffffffff", "arrow"],
];

/** Formats that people try, told by how they begin. */
const NOT_READ: readonly (readonly [string, string])[] = [
  ["d0cf11e0", "an old Excel workbook (.xls)"],
  ["46454131", "Feather of its first version"],
  ["4f524301", "ORC"],
  ["4f626a01", "Avro"],
  ["934e554d5059", "a NumPy array"],
  ["8002", "a Python pickle"],
  ["8003", "a Python pickle"],
  ["8004", "a Python pickle"],
  ["8005", "a Python pickle"],
  ["53514c69746520666f726d61742033", "an SQLite database"],
  ["425a68", "bzip2"],
  ["fd377a585a00", "xz"],
  ["25504446", "PDF"],
];

/**
 * Tells how `path` is written. Its first bytes decide wherever they can (Parquet, gzip, zstd, binary content), its
 * name only between what is all text. `name` is what people call it. Failures: `file_unreadable`, `no_rows`.
 */
export async function detectFormat(path: string, name: string): Promise<Outcome<FileFormat, CheckFailure>> {
  const raw = await readHead(path);
  if (raw.length === 0) return failed(emptyFile(name));
  if (startsWith(raw, "50415231")) return done({ kind: "parquet" });
  const converted = CONVERTED.find(([magic]) => startsWith(raw, magic))?.[1];
  if (converted !== undefined) return done({ kind: converted });
  const other = NOT_READ.find(([magic]) => startsWith(raw, magic))?.[1];
  if (other !== undefined) return failed(unreadableFile(name, `it is ${other}`, CONVERT));
  const compression = startsWith(raw, "1f8b") ? "gzip" : startsWith(raw, "28b52ffd") ? "zstd" : "none";
  const head = compression === "none" ? raw : await inflateHead(raw, compression);
  if (head === null) return failed(unreadableFile(name, `its ${compression} content is damaged`, AGAIN));
  if (compression !== "none" && startsWith(head, "50415231"))
    return failed(
      unreadableFile(name, `it is Parquet inside ${compression}`, "Unpack it: Parquet compresses by itself."),
    );
  const text = textOf(head);
  if (!text.ok) return failed(unreadableFile(name, text.failure.reason, text.failure.fix));
  if (/^\s*(\[\s*\]\s*)?$/.test(text.value)) return failed(emptyFile(name));
  const stand = STAND_INS.find(([pattern]) => pattern.test(text.value));
  if (stand !== undefined) return failed(unreadableFile(name, stand[1], stand[2]));
  return formatOfText(text.value, name, compression);
}

/** What lies in the place of a file that was to be fetched. */
const STAND_INS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^version https:\/\/git-lfs/,
    "it is a pointer of Git LFS, and not the file",
    "Fetch the file: git lfs pull.",
  ],
  [
    /^\s*<(!doctype html|html|\?xml)/i,
    "it is a web page or XML",
    "Download the file itself, or convert it to CSV.",
  ],
];

const CONVERT = "Convert it to CSV, TSV, JSON, JSONL, Parquet, Arrow, HDF5 or Excel (.xlsx).";

function formatOfText(
  text: string,
  name: string,
  compression: Compression,
): Outcome<FileFormat, CheckFailure> {
  const extension = /\.([a-z]+)(?:\.(?:gz|gzip|zst|zstd))?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const looksLikeJson = /^\s*[[{]/.test(text);
  if (["json", "jsonl", "ndjson"].includes(extension)) {
    if (looksLikeJson) return done({ kind: "json", compression });
    return failed(
      unreadableFile(
        name,
        "it does not begin as JSON does",
        "Write one JSON object per row, or name it .csv.",
      ),
    );
  }
  const promised = PROMISED[extension];
  if (promised !== undefined)
    return failed(unreadableFile(name, `it does not begin as ${promised} does`, AGAIN));
  if (DOCUMENTS.includes(extension) && !looksLikeTable(text)) return done({ kind: "text", compression });
  const isNamedTable = ["csv", "tsv", "tab"].includes(extension);
  if (looksLikeJson && !isNamedTable) return done({ kind: "json", compression });
  const delimiter = extension === "tsv" || extension === "tab" ? "\t" : delimiterOf(text);
  if ((delimiter === null && !isNamedTable) || PROGRAMS.includes(extension))
    return failed(unreadableFile(name, "it is neither a table nor JSON", CONVERT));
  const decimal = delimiter === ";" ? decimalOf(text) : ".";
  const quote = delimiter === "\t" && !hasQuotedField(text) ? "" : '"';
  return done({ kind: "csv", compression, delimiter: delimiter ?? ",", quote, decimal });
}

/** Formats that the extension promises, and that are told by their first bytes. */
const PROMISED: Readonly<Record<string, string>> = {
  parquet: "Parquet",
  pq: "Parquet",
  arrow: "Arrow",
  arrows: "Arrow",
  ipc: "Arrow",
  feather: "Feather",
  xlsx: "an Excel workbook",
  h5: "HDF5",
  hdf5: "HDF5",
};
/** Extensions of files that hold one document per line, unless they hold a table. */
const DOCUMENTS: readonly string[] = ["txt", "text"];
/** Extensions of what holds commas, and never a table. */
const PROGRAMS: readonly string[] =
  "py ipynb js ts sh sql html xml md yaml yml toml ini cfg log c h cpp rs go java r rb".split(" ");
/** Lines that are looked at to tell a table from what is not: prose has no equal number of commas in each. */
const TOLD_LINES = 50;

/** Whether all lines have as many delimiters as the first, and some; or are JSON objects. */
function looksLikeTable(text: string): boolean {
  const lines = wholeLines(text);
  if (lines.length === 0) return false;
  if (lines.every((line) => /^\s*\{.*\}\s*$/.test(line))) return true;
  const delimiter = delimiterOf(text);
  // A comma of prose has a space behind it.
  if (delimiter === null || (delimiter === "," && /, /.test(lines[0] ?? ""))) return false;
  const counts = new Set(lines.map((line) => line.replace(/"[^"]*"/g, "").split(delimiter).length));
  return lines.length > 1 && counts.size === 1;
}

/** The first lines that are not empty, without the one that the head cuts. */
function wholeLines(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  if (lines.length > TOLD_LINES) lines.length = TOLD_LINES;
  return lines.filter((line) => line.trim() !== "");
}

/** The sign that stands most often between the names of the first line, outside quotes; null where none does. */
function delimiterOf(text: string): string | null {
  const header = text
    .slice(0, (text.indexOf("\n") + text.length + 1) % (text.length + 1))
    .replace(/"[^"]*"/g, "");
  let best: string | null = null;
  let most = 0;
  for (const sign of [",", "\t", ";", "|"]) {
    const count = header.split(sign).length - 1;
    if (count > most) [best, most] = [sign, count];
  }
  return best;
}

/** Between tabs most quote nothing, and a quote is a sign of the text: it quotes where it closes what it opens. */
function hasQuotedField(text: string): boolean {
  const opened = text.split(/\t|\r?\n/).filter((field) => field.startsWith('"'));
  return opened.length > 0 && opened.every((field) => field.length > 1 && field.endsWith('"'));
}

/** Between semicolons many write decimals with a comma. */
function decimalOf(text: string): "." | "," {
  const fields = text
    .split("\n")
    .slice(1)
    .join("\n")
    .split(/[;\n\r]/);
  const commas = fields.some((field) => /^\s*-?\d+,\d+\s*$/.test(field));
  const points = fields.some((field) => /^\s*-?\d+\.\d+\s*$/.test(field));
  return commas && !points ? "," : ".";
}

/** UTF-16 without a mark: of plain letters every second byte is 0. */
function hasEverySecondZero(head: Uint8Array): boolean {
  const zeros = [0, 0];
  for (let at = 0; at < head.length; at++) if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  return Math.max(even, odd) > head.length / 4 && Math.min(even, odd) === 0;
}

function textOf(head: Uint8Array): Outcome<string, { reason: string; fix: string }> {
  const toUtf8 = "Convert it to UTF-8, for example with iconv.";
  if (startsWith(head, "fffe") || startsWith(head, "feff"))
    return failed({ reason: "its text is UTF-16", fix: toUtf8 });
  if (hasEverySecondZero(head)) return failed({ reason: "its text is UTF-16", fix: toUtf8 });
  if (head.includes(0)) return failed({ reason: "its content is binary", fix: CONVERT });
  try {
    return done(new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true }));
  } catch {
    return failed({ reason: "its text is not UTF-8", fix: toUtf8 });
  }
}

const startsWith = (bytes: Uint8Array, magic: string): boolean =>
  Buffer.from(bytes.subarray(0, magic.length / 2)).toString("hex") === magic;

export const emptyFile = (name: string): CheckFailure => ({
  code: "no_rows",
  detail: `${name} has no rows.`,
  fix: "Give a file with at least two rows of data.",
  file: name,
  column: null,
});
