import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { escapedPattern, quotedText } from "../read/database.ts";
import { detectFormat } from "../read/detectFormat.ts";
import type { TableFormat } from "../read/fileFormat.ts";
import { findFiles } from "../read/findFiles.ts";
import { relationOf } from "../read/relation.ts";

/** Files as they are written, whatever a check makes of them. */
export interface RawTable {
  /** As they were named. */
  readonly names: readonly string[];
  /** Absolute. */
  readonly paths: readonly string[];
  readonly format: Exclude<TableFormat, { kind: "text" }>;
}

/** How the mended set is written. */
export type OutputForm =
  | { readonly kind: "parquet" }
  | { readonly kind: "jsonl" }
  | { readonly kind: "csv"; readonly delimiter: string };

/** Finds files whose rows DuckDB itself can take apart. */
export async function findRawTable(files: readonly string[]): Promise<Outcome<RawTable, CheckFailure>> {
  const found = await findFiles(files);
  if (!found.ok) return found;
  const [first] = found.value;
  const format = await detectFormat(first?.path ?? "", first?.name ?? "");
  if (!format.ok) return format;
  const { kind } = format.value;
  if (kind !== "parquet" && kind !== "json" && kind !== "csv")
    return failed({
      code: "file_unreadable",
      detail: `${first?.name ?? ""} can be checked, and not mended: its format is ${kind}.`,
      fix: "Write it as Parquet, CSV or JSONL, and check that.",
      file: first?.name ?? null,
      column: null,
    });
  return done({
    names: found.value.map(({ name }) => name),
    paths: found.value.map(({ path }) => path),
    format: format.value,
  });
}

/** What stands behind FROM. Text that becomes text keeps every field as it is written: no number is read and rewritten. */
export function rawRelation({ paths, format }: RawTable, form: OutputForm): string {
  if (format.kind !== "csv" || form.kind !== "csv")
    return relationOf(paths, format, { sampledRows: -1, asText: [] });
  const files = paths.map((path) => quotedText(escapedPattern(path))).join(", ");
  const settings = [
    "all_varchar = true",
    "header = true",
    "skip = 0",
    "comment = ''",
    "nullstr = ''",
    "allow_quoted_nulls = false",
    "union_by_name = true",
    "hive_partitioning = false",
    `compression = ${quotedText(format.compression)}`,
    `delim = ${quotedText(format.delimiter)}`,
    `quote = ${quotedText(format.quote)}`,
  ];
  return `read_csv(${[`[${files}]`, ...settings].join(", ")})`;
}
