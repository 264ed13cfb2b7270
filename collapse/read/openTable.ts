import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { openDatabase } from "./database.ts";
import { detectFormat, emptyFile } from "./detectFormat.ts";
import type { FileFormat } from "./fileFormat.ts";
import { findDeepNesting } from "./findDeepNesting.ts";
import { type FoundFile, findFiles } from "./findFiles.ts";
import { type OpenedRows, openRows, type TableLimits } from "./openRows.ts";
import { explainReadError } from "./readError.ts";
import type { Table } from "./table.ts";

/**
 * Opens `files` (paths and patterns) as one table. CSV, TSV, JSON, JSONL and Parquet, text also packed with gzip or
 * zstd, are told by content. Failures: `file_not_found`, `file_unreadable`, `no_rows`, `too_few_rows` (one row).
 */
export async function openTable(
  files: readonly string[],
  limits: TableLimits = {},
): Promise<Outcome<Table, CheckFailure>> {
  const found = await findFiles(files);
  if (!found.ok) return found;
  const format = await sharedFormat(found.value);
  if (!format.ok) return format;
  const paths = found.value.map(({ path }) => path);
  const names = found.value.map(({ name }) => name);
  const database = await openDatabase(paths, limits);
  try {
    const opened = await openRows(database, found.value, format.value, limits);
    const refusal = refusalOf(opened, names, format.value);
    if (refusal !== null) {
      database.close();
      return failed(refusal);
    }
    return done({
      files: names,
      rows: opened.rows,
      columns: opened.columns,
      source: {
        database,
        relation: opened.relation,
        sampledRows: opened.sampledRows,
        paths,
        format: format.value,
      },
      close: () => database.close(),
    });
  } catch (error) {
    database.close();
    return failed(explainReadError(error, names));
  }
}

async function sharedFormat(files: readonly FoundFile[]): Promise<Outcome<FileFormat, CheckFailure>> {
  let shared: { name: string; format: FileFormat } | null = null;
  for (const { name, path } of files) {
    const format = await formatOf(path, name);
    if (!format.ok) return format;
    if (shared === null) shared = { name, format: format.value };
    else if (JSON.stringify(shared.format) !== JSON.stringify(format.value))
      return failed({
        code: "file_unreadable",
        detail: `${name} is written in another way than ${shared.name}, and both are to be one table.`,
        fix: "Give files of one format, one compression and one delimiter.",
        file: name,
        column: null,
      });
  }
  return shared === null ? failed(emptyFile("")) : done(shared.format);
}

async function formatOf(path: string, name: string): Promise<Outcome<FileFormat, CheckFailure>> {
  try {
    const format = await detectFormat(path, name);
    if (!format.ok || format.value.kind !== "json") return format;
    const nested = await findDeepNesting(path, name, format.value.compression);
    return nested === null ? format : failed(nested);
  } catch (error) {
    return failed(explainReadError(error, [name]));
  }
}

function refusalOf(
  { rows, columns }: OpenedRows,
  names: readonly string[],
  format: FileFormat,
): CheckFailure | null {
  const file = names[0] ?? null;
  const called = names.length === 1 ? (file ?? "") : `${file} and ${names.length - 1} more`;
  if (rows === 0) return emptyFile(called);
  if (format.kind === "csv" && columns.every(({ name }) => /^[-+\d.eE]+(_\d+)?$/.test(name)))
    return {
      code: "file_unreadable",
      detail: `${called} has no line of names: its first line holds numbers.`,
      fix: "Put a first line with the names of the columns.",
      file,
      column: null,
    };
  if (rows > 1) return null;
  return {
    code: "too_few_rows",
    detail: `${called} has one row, and one row has no distribution.`,
    fix: "Give at least 200 rows; fewer cannot be judged.",
    file,
    column: null,
  };
}
