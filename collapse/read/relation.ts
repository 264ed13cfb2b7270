import { escapedPattern, quotedName, quotedText } from "./database.ts";
import type { Compression, TableFormat } from "./fileFormat.ts";

/** How much of a text file DuckDB looks at to tell its columns' types: -1 is all of it. */
export type SampledRows = 20_480 | -1;

export interface RelationOptions {
  readonly sampledRows: SampledRows;
  /** Columns of a CSV that are kept as they are written: `007` stays what it is. */
  readonly asText: readonly string[];
}

/** What CSVs write where there is no value; an empty field too. */
const NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"];

/**
 * The files as a relation of SQL, their rows in order. Nothing is guessed that could lose a row: the first line of a
 * CSV holds the names, no line is skipped, none is a comment, and a line that does not fit is an error.
 */
export function relationOf(paths: readonly string[], format: TableFormat, options: RelationOptions): string {
  const files = `[${paths.map((path) => quotedText(escapedPattern(path))).join(", ")}]`;
  const several = paths.length > 1 ? ["union_by_name = true"] : [];
  if (format.kind === "text") return documentsSql(files, format.compression);
  const settings = [...settingsOf(format, options), ...several];
  return `${READERS[format.kind]}(${[files, ...settings].join(", ")})`;
}

const READERS = { parquet: "read_parquet", json: "read_json", csv: "read_csv" } as const;

/** What no line of text holds: the reader of CSV must be told some sign between its columns. */
const NO_SIGN = "\u001d\u001e\u001f\u001c";
const MOST_LINE_BYTES = 16 * 1024 * 1024;

/** Each line that is not empty as a row. */
function documentsSql(files: string, compression: Compression): string {
  const settings = [
    "auto_detect = false",
    "header = false",
    "columns = {'text': 'VARCHAR'}",
    `delim = ${quotedText(NO_SIGN)}`,
    "quote = ''",
    "escape = ''",
    "comment = ''",
    "strict_mode = false",
    `max_line_size = ${MOST_LINE_BYTES}`,
    `compression = ${quotedText(compression)}`,
  ];
  return `(SELECT text FROM read_csv(${[files, ...settings].join(", ")}) WHERE trim(text) <> '')`;
}

/** The reader of JSON has its own word for none. */
const compressionOf = (format: { kind: "json" | "csv"; compression: Compression }): string =>
  format.kind === "json" && format.compression === "none" ? "uncompressed" : format.compression;

function settingsOf(
  format: Exclude<TableFormat, { kind: "text" }>,
  { sampledRows, asText }: RelationOptions,
): readonly string[] {
  if (format.kind === "parquet") return ["hive_partitioning = false"];
  const shared = [
    `compression = ${quotedText(compressionOf(format))}`,
    `sample_size = ${sampledRows}`,
    "hive_partitioning = false",
  ];
  // Without these two, objects that share few keys become one column of maps.
  if (format.kind === "json")
    return [...shared, "records = true", "map_inference_threshold = -1", "field_appearance_threshold = 0"];
  const types = asText.map((name) => `${quotedText(name)}: 'VARCHAR'`).join(", ");
  return [
    ...shared,
    "header = true",
    "skip = 0",
    "comment = ''",
    `quote = ${quotedText(format.quote)}`,
    `delim = ${quotedText(format.delimiter)}`,
    `decimal_separator = ${quotedText(format.decimal)}`,
    `nullstr = [${NULLS.map(quotedText).join(", ")}]`,
    ...(types === "" ? [] : [`types = {${types}}`]),
  ];
}

/** A list of columns for SELECT. */
export const columnList = (names: readonly string[]): string => names.map(quotedName).join(", ");
