import { type Database, type DatabaseLimits, quotedName } from "./database.ts";
import { describeRelation } from "./describeRelation.ts";
import type { TableFormat } from "./fileFormat.ts";
import type { FoundFile } from "./findFiles.ts";
import { relationOf, type SampledRows } from "./relation.ts";
import type { TableColumn, TableSource } from "./table.ts";

export interface TableLimits extends DatabaseLimits {
  /** Text up to this size is decoded once and kept; more is decoded in every pass. */
  readonly keptTextBytes?: number;
  /** What people call a file, by its path; absent: what it was named. */
  readonly called?: Readonly<Record<string, string>>;
}

export interface OpenedRows {
  /** What stands behind FROM. */
  readonly relation: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  readonly asWritten: TableSource["asWritten"];
}

const KEPT_TEXT_BYTES = 192 * 1024 * 1024;
/** Of the memory that DuckDB may take, the share that kept rows may. */
const KEPT_SHARE = 0.3;
/** Compressed text grows some six times. */
const USUAL_COMPRESSION = 6;
/** DuckDB's own default: what it looks at of a text to tell the types of its columns. */
const FIRST_ROWS = 20_480;

/**
 * Makes the rows of `files` readable, counts them and names their columns. The types of text come from its first rows;
 * where later ones do not fit, they come from all: slower, and right. Throws what DuckDB throws.
 */
export async function openRows(
  database: Database,
  files: readonly FoundFile[],
  format: TableFormat,
  limits: TableLimits,
): Promise<OpenedRows> {
  const paths = files.map(({ path }) => path);
  const open = async (sampledRows: SampledRows): Promise<OpenedRows> => {
    const relation = relationOf(paths, format, { sampledRows, asText: [] });
    if (format.kind === "parquet") return { asWritten: null, ...(await countRows(database, relation)) };
    const isKept = textBytes(files, format) <= mostKeptBytes(limits);
    const asWritten = (asText: readonly string[]): string =>
      relationOf(paths, format, { sampledRows, asText });
    return {
      asWritten: format.kind === "csv" ? asWritten : null,
      ...(await openText(database, relation, isKept)),
    };
  };
  try {
    return await open(FIRST_ROWS);
  } catch (error) {
    if (!isTypeError(error) || format.kind === "parquet") throw error;
    return await open(-1);
  }
}

function mostKeptBytes({ keptTextBytes, memoryBytes }: TableLimits): number {
  if (keptTextBytes !== undefined) return keptTextBytes;
  return memoryBytes === undefined ? KEPT_TEXT_BYTES : Math.min(KEPT_TEXT_BYTES, KEPT_SHARE * memoryBytes);
}

function textBytes(files: readonly FoundFile[], format: TableFormat): number {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const isPacked = format.kind !== "parquet" && format.compression !== "none";
  return sizeBytes * (isPacked ? USUAL_COMPRESSION : 1);
}

type Counted = Omit<OpenedRows, "asWritten">;

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

const countRows = async (database: Database, relation: string): Promise<Counted> => ({
  relation,
  ...(await describeRelation(database, relation)),
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "");
const isTypeError = (error: unknown): boolean =>
  /conversion error|could not convert|JSON transform error|failed to cast/i.test(messageOf(error));
const isMemoryError = (error: unknown): boolean => /out of memory/i.test(messageOf(error));
