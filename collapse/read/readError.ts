import type { CheckFailure } from "../contracts/failure.ts";
import { AGAIN } from "./refuseFile.ts";

/**
 * A file that stopped being readable behind its first rows: a page of Parquet that does not decompress, a file that
 * was cut while it was read. Iterations throw it, since an iteration has no other way to say so; `check` catches it
 * with `failureOf`.
 */
class ReadError extends Error {
  readonly failure: CheckFailure;
  constructor(failure: CheckFailure, cause: unknown) {
    super(failure.detail, { cause });
    this.name = "ReadError";
    this.failure = failure;
  }
}

/** The failure that a thrown error carries; null where it is a bug, and is to be thrown on. */
export const failureOf = (error: unknown): CheckFailure | null =>
  error instanceof ReadError ? error.failure : null;

/**
 * What DuckDB or the system threw while `files` were read, as a failure for people. Row values of the message are left
 * out. Throws on what neither of them threw: that is a bug.
 */
export function explainReadError(error: unknown, files: readonly string[]): CheckFailure {
  if (!isOfReading(error)) throw error;
  const message = summaryOf(error instanceof Error ? error.message : String(error));
  const name = files.find((file) => message.includes(baseName(file))) ?? files[0] ?? null;
  const place = /\b(?:on Line|in line):? (\d+)/i.exec(message)?.[1];
  const where = place === undefined ? "" : ` (line ${place})`;
  const [reason, fix] = REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? OTHER;
  return {
    code: "file_unreadable",
    detail: `${name ?? "The table"} cannot be read${where}: ${reason}.`,
    fix,
    file: name,
    column: null,
  };
}

/** As `explainReadError`, to be thrown out of an iteration. */
export const readErrorOf = (error: unknown, files: readonly string[]): ReadError =>
  new ReadError(explainReadError(error, files), error);

/** DuckDB's messages begin with their kind; the system's errors, and those of packed files, carry a code. */
const isOfReading = (error: unknown): boolean =>
  error instanceof Error && (/^[A-Z][\w ]* Error: /.test(error.message) || "code" in error);

/** Without the row that DuckDB quotes and the settings that it lists: words in these say nothing of the cause. */
const summaryOf = (message: string): string =>
  message
    .split("\n")
    .filter((line) => !/^Original Line:|^\s+\w+ = |^LINE \d+:|^Possible |^\* /.test(line))
    .join("\n");

const baseName = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

const OTHER = ["its content is not what its format promises", AGAIN] as const;
const REASONS: readonly (readonly [RegExp, readonly [string, string]])[] = [
  [
    /out of memory|memory limit|could not allocate/i,
    [
      "it needs more memory than the check may take",
      "Raise --max-memory, or write the table as Parquet with smaller row groups.",
    ],
  ],
  [
    /not utf-8|invalid unicode|invalid utf-?8|invalid string encoding/i,
    [
      "its text is not UTF-8 throughout",
      "Convert it to UTF-8, for example with iconv; a file of mixed encodings must be mended at its source.",
    ],
  ],
  [
    /no magic bytes|file too small to be a parquet|footer/i,
    ["it was cut short: the end of a Parquet file is missing", AGAIN],
  ],
  [/decompress|zstd|gzip|snappy|checksum|corrupt/i, ["its compressed content is damaged", AGAIN]],
  [
    /malformed json|unexpected (?:end|character)|invalid json|duplicate key/i,
    [
      "its JSON is malformed, or names a field twice",
      "Mend the line, or write the file again with a JSON library.",
    ],
  ],
  [
    /expected records|non-record json/i,
    ["its JSON values are not objects", 'Write one JSON object per row: {"column": value, …}.'],
  ],
  [
    /maximum line size|line size|maximum_object_size|object.*exceed/i,
    [
      "a row is larger than 2 MB of CSV or 16 MB of JSON",
      "Take the large field out, or write the table as Parquet.",
    ],
  ],
  [
    /sniffing|expected number of columns|too many columns|missing columns|unterminated quote|quote/i,
    [
      "its lines have different numbers of fields, or a quote is not closed",
      "Quote every field that holds the delimiter, a quote or a line break.",
    ],
  ],
  [
    /permission denied|no such file|cannot open|could not read/i,
    ["it cannot be opened", "Check that the file exists and may be read."],
  ],
  [
    /schema mismatch|mismatch in schema|could not find column|cast/i,
    [
      "its columns have other types than those of the files before it",
      "Write all files of one table with one schema.",
    ],
  ],
];
