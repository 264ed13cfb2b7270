import { rename, rm } from "node:fs/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { escapedPattern, quotedName, quotedText } from "../read/database.ts";
import { explainReadError } from "../read/readError.ts";
import { type OutputForm, type RawTable, rawRelation } from "./rawTable.ts";

/** A column of the candidate, and where its values come from in real rows; null: they have none. */
export interface MendedColumn {
  readonly name: string;
  readonly fromReference: { readonly name: string; readonly scale: number } | null;
}

/** Rows to write: those of a table, each so many times. */
export interface CopiedRows {
  readonly table: RawTable;
  readonly copies: Uint8Array;
}

/** What is written, and where. */
export interface MendedSet {
  readonly candidate: CopiedRows;
  /** Null where no real row is added. */
  readonly reference: CopiedRows | null;
  readonly columns: readonly MendedColumn[];
  readonly output: string;
  readonly form: OutputForm;
  readonly memoryBytes: number | undefined;
}

const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;

/**
 * Writes the mended set in one streaming pass: the candidate's rows in their order, each as often as it is taken, and
 * the real rows behind them, in the candidate's columns and types. It is written under another name and renamed, so
 * that no half of it ever stands at its place.
 */
export async function writeMended(set: MendedSet): Promise<Outcome<null, CheckFailure>> {
  const draft = `${set.output}.${process.pid}.new`;
  const tables = [set.candidate, ...(set.reference === null ? [] : [set.reference])];
  const names = tables.flatMap(({ table }) => table.names);
  const instance = await openWriter(
    tables.flatMap(({ table }) => table.paths),
    draft,
    set.memoryBytes,
  );
  const connection = await instance.connect();
  try {
    for (const [place, { table, copies }] of tables.entries()) {
      const refusal = await refuseRows(connection, table, copies.length, set.form);
      if (refusal !== null) return failed(refusal);
      await keepCopies(connection, `copies_${place}`, copies);
    }
    await connection.run(
      `COPY (${await selectRows(connection, set)}) TO ${quotedText(draft)} (${FORMS[set.form.kind](set.form)})`,
    );
    await rename(draft, set.output);
    return done(null);
  } catch (error) {
    return failed(explainReadError(error, names));
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(draft, { force: true });
  }
}

const FORMS: Readonly<Record<OutputForm["kind"], (form: OutputForm) => string>> = {
  parquet: () => "FORMAT parquet",
  jsonl: () => "FORMAT json",
  csv: (form) =>
    `FORMAT csv, HEADER true, DELIMITER ${quotedText(form.kind === "csv" ? form.delimiter : ",")}`,
};

/** A database of its own, that can read the tables, write the draft, and nothing else. */
async function openWriter(
  paths: readonly string[],
  draft: string,
  memoryBytes: number = DEFAULT_MEMORY_BYTES,
): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${Math.ceil(memoryBytes / 1024)}KiB`,
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const allowed = [...paths.flatMap((path) => [path, escapedPattern(path)]), draft];
  await connection.run(`SET allowed_paths = [${allowed.map(quotedText).join(", ")}]`);
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  await connection.run("SET preserve_insertion_order = true");
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  connection.closeSync();
  return instance;
}

/** Some files are read as other rows than they hold (turns of a conversation): these cannot be told apart here. */
async function refuseRows(
  connection: DuckDBConnection,
  table: RawTable,
  rows: number,
  form: OutputForm,
): Promise<CheckFailure | null> {
  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${rawRelation(table, form)}`);
  if (Number(counted.getRows()[0]?.[0]) === rows) return null;
  const [file = ""] = table.names;
  return {
    code: "file_unreadable",
    detail: `${file} was checked by other rows than it holds, and rows of it cannot be taken apart.`,
    fix: "Write the table with one judged row per row, and check it again.",
    file,
    column: null,
  };
}

async function keepCopies(connection: DuckDBConnection, name: string, copies: Uint8Array): Promise<void> {
  await connection.run(`CREATE TABLE ${name} (times UTINYINT)`);
  const appender = await connection.createAppender(name);
  for (const times of copies) {
    appender.appendUTinyInt(times);
    appender.endRow();
  }
  appender.closeSync();
}

async function selectRows(connection: DuckDBConnection, set: MendedSet): Promise<string> {
  const relation = rawRelation(set.candidate.table, set.form);
  const described = await connection.runAndReadAll(`DESCRIBE FROM ${relation}`);
  const types = new Map(described.getRows().map(([name, type]) => [String(name), String(type)]));
  const own = set.columns.map(({ name }) => quotedName(name)).join(", ");
  const candidate = repeatedSql(own, relation, "copies_0", set.candidate.copies);
  if (set.reference === null) return candidate;
  const real = set.columns.map(({ name, fromReference }) => {
    const type = types.get(name) ?? "VARCHAR";
    if (fromReference === null) return `CAST(NULL AS ${type}) AS ${quotedName(name)}`;
    const value = quotedName(fromReference.name);
    const scaled = fromReference.scale === 1 ? value : `CAST(${value} AS DOUBLE) / ${fromReference.scale}`;
    return `CAST(${scaled} AS ${type}) AS ${quotedName(name)}`;
  });
  const { table, copies } = set.reference;
  return `${candidate} UNION ALL ${repeatedSql(real.join(", "), rawRelation(table, set.form), "copies_1", copies)}`;
}

/** Rows beside how often they are taken: by their places, for both are read in order. */
function repeatedSql(columns: string, relation: string, name: string, copies: Uint8Array): string {
  const rows = `FROM ${relation} POSITIONAL JOIN ${name}`;
  if (copies.every((times) => times <= 1)) return `(SELECT ${columns} ${rows} WHERE times = 1)`;
  return `(SELECT ${columns} FROM (SELECT *, unnest(range(times)) ${rows}))`;
}
