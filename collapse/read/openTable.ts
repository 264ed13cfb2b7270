import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { type Database, type DatabaseLimits, openDatabase, quotedName } from "./database.ts";
import { detectFormat, emptyFile, type FileFormat } from "./fileFormat.ts";
import { findDeepNesting } from "./findDeepNesting.ts";
import { type FoundFile, findFiles } from "./findFiles.ts";
import { explainReadError } from "./readError.ts";
import { relationOf, type SampledRows } from "./relation.ts";
import type { Table, TableColumn } from "./table.ts";

/** Text up to this size is decoded once and kept; more is decoded in every pass. */
const KEPT_TEXT_BYTES = 192 * 1024 * 1024;
/** Compressed text grows some six times. */
const USUAL_COMPRESSION = 6;

/**
 * Opens `files` (paths and patterns) as one table. CSV, TSV, JSON, JSONL and Parquet, text also packed with gzip or
 * zstd, are told by content. Failures: `file_not_found`, `file_unreadable`, `no_rows`, `too_few_rows` (one row).
 */
export async function openTable(
  files: readonly string[],
  limits: DatabaseLimits = {},
): Promise<Outcome<Table, CheckFailure>> {
  const found = await findFiles(files);
  if (!found.ok) return found;
  const format = await sharedFormat(found.value);
  if (!format.ok) return format;
  const paths = found.value.map(({ path }) => path);
  const names = found.value.map(({ name }) => name);
  const database = await openDatabase(paths, limits);
  try {
    const opened = await openRows(database, found.value, format.value);
    const refusal = refusalOf(opened, names);
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

interface Opened {
  readonly sampledRows: SampledRows;
  readonly relation: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

/**
 * Types of text come from its first rows. Where later ones do not fit, they come from all rows: slower, and right.
 */
async function openRows(
  database: Database,
  files: readonly FoundFile[],
  format: FileFormat,
): Promise<Opened> {
  const open = async (sampledRows: SampledRows): Promise<Opened> => {
    const relation = relationOf(
      files.map(({ path }) => path),
      format,
      { sampledRows, asText: [] },
    );
    if (format.kind === "parquet") return { sampledRows, ...(await countRows(database, relation)) };
    return { sampledRows, ...(await openText(database, relation, isSmall(files, format))) };
  };
  try {
    return await open(20_480);
  } catch (error) {
    if (!isTypeError(error) || format.kind === "parquet") throw error;
    return await open(-1);
  }
}

function isSmall(files: readonly FoundFile[], format: FileFormat): boolean {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const isPacked = format.kind !== "parquet" && format.compression !== "none";
  return sizeBytes * (isPacked ? USUAL_COMPRESSION : 1) <= KEPT_TEXT_BYTES;
}

type Counted = Omit<Opened, "sampledRows">;

async function openText(database: Database, relation: string, isKept: boolean): Promise<Counted> {
  if (isKept) {
    try {
      await database.run(`CREATE OR REPLACE TABLE kept AS FROM ${relation}`);
      return await countRows(database, "kept");
    } catch (error) {
      if (!isMemoryError(error)) throw error;
    }
  }
  const counted = await countRows(database, relation);
  // Counting rows alone converts no field; this pass shows whether every row fits the types.
  const counts = counted.columns.map(({ name }) => `count(${quotedName(name)})`);
  await database.rows(`SELECT ${counts.join(", ")} FROM ${relation}`);
  return counted;
}

async function countRows(database: Database, relation: string): Promise<Counted> {
  const described = await database.rows(`DESCRIBE FROM ${relation}`);
  const columns = described.map((row) => ({
    name: String(row.column_name),
    sqlType: String(row.column_type),
  }));
  const counted = await database.rows(`SELECT count(*)::DOUBLE AS rows FROM ${relation}`);
  return { relation, columns, rows: Number(counted[0]?.rows ?? 0) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "");
const isTypeError = (error: unknown): boolean =>
  /conversion error|could not convert|type .* mismatch|JSON transform error|cast/i.test(messageOf(error));
const isMemoryError = (error: unknown): boolean => /out of memory/i.test(messageOf(error));

function refusalOf({ rows, columns }: Opened, names: readonly string[]): CheckFailure | null {
  const file = names[0] ?? null;
  const called = names.length === 1 ? (file ?? "") : `${file} and ${names.length - 1} more`;
  if (rows === 0) return emptyFile(called);
  if (columns.every(({ name }) => /^[-+\d.eE]+(_\d+)?$/.test(name)))
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
