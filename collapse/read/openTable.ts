import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { openDatabase } from "./database.ts";
import { detectFormat, emptyFile } from "./detectFormat.ts";
import type { FileFormat, TableFormat } from "./fileFormat.ts";
import { findDeepNesting } from "./findDeepNesting.ts";
import { type FoundFile, findFiles } from "./findFiles.ts";
import { makeReadable, type ReadableFiles } from "./makeReadable.ts";
import { openRows, type TableLimits } from "./openRows.ts";
import { explainReadError } from "./readError.ts";
import type { Table } from "./table.ts";
import { type ViewedRows, viewRows } from "./viewRows.ts";

/**
 * Opens `files` (paths, folders and patterns) as one table. The formats are told by content: CSV, TSV, JSON, JSONL and
 * text of a document per line, also packed with gzip or zstd; Parquet, Arrow and Feather, HDF5, Excel. Failures:
 * `file_not_found`, `file_unreadable`, `no_rows`, `too_few_rows` (one row).
 */
export async function openTable(
  files: readonly string[],
  limits: TableLimits = {},
): Promise<Outcome<Table, CheckFailure>> {
  const found = await findFiles(files, limits.called);
  if (!found.ok) return found;
  const format = await sharedFormat(found.value);
  if (!format.ok) return format;
  const readable = await makeReadable(found.value, format.value);
  if (!readable.ok) return readable;
  try {
    const table = await openReadable(
      readable.value,
      found.value.map(({ name }) => name),
      limits,
    );
    if (!table.ok) readable.value.remove();
    return table;
  } catch (error) {
    readable.value.remove();
    throw error;
  }
}

/** @param names of the files, as people know them. */
async function openReadable(
  { files, format, notes, presets: converted, remove }: ReadableFiles,
  names: readonly string[],
  limits: TableLimits,
): Promise<Outcome<Table, CheckFailure>> {
  const database = await openDatabase(
    files.map(({ path }) => path),
    limits,
  );
  try {
    const opened = await openRows(database, files, format, limits);
    const viewed = await viewRows(database, opened, format);
    const refusal = refusalOf(viewed, names, format);
    if (refusal !== null) {
      database.close();
      return failed(refusal);
    }
    const { rows, columns, presets, relation, asWritten } = viewed;
    return done({
      files: names,
      rows,
      columns,
      presets: new Map([...converted, ...presets]),
      notes: [...notes, ...viewed.notes, ...noteNames(viewed, format)],
      source: { database, relation, asWritten },
      close: () => {
        database.close();
        remove();
      },
    });
  } catch (error) {
    database.close();
    return failed(explainReadError(error, names));
  }
}

/** A name of so many words is likely a value, and the file lacks its line of names. */
const MANY_WORDS = 8;

function noteNames({ columns }: ViewedRows, { kind }: TableFormat): readonly string[] {
  const long = columns.find(({ name }) => name.trim().split(/\s+/).length > MANY_WORDS)?.name;
  if (kind !== "csv" || long === undefined) return [];
  return [
    `The first line was taken for names, and one of them reads like a value: "${long.slice(0, 40)}…". Is a line of names missing?`,
  ];
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
  { rows, columns }: ViewedRows,
  names: readonly string[],
  format: TableFormat,
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
