import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { Block, TablePlan, VectorColumn } from "../contracts/columns.ts";
import { blockSql, documentSql, isNumeric, isRead, vectorSql } from "./columnTypes.ts";
import { quotedName } from "./database.ts";
import { readErrorOf } from "./readError.ts";
import { type Reading, readingOf } from "./reading.ts";
import { numberItems, readDocuments, readLists, StringReader } from "./readVector.ts";
import type { Table } from "./table.ts";

const BLOCK_ROWS = 16_384;
/** Of longer vectors the first so many numbers are read, so that a block of them has a bound. */
const MOST_WIDTH = 2_048;

/**
 * Reads a table in blocks of 16,384 rows; block k begins at row k · 16,384, whatever the sizes of DuckDB's chunks, so
 * that what is summed per block is the same bytes everywhere. The arrays are the caller's to keep.
 *
 * Throws where a file turns out to be damaged behind its first rows: `failureOf` says whether it is that.
 */
export async function* readBlocks(table: Table, plan: TablePlan): AsyncGenerator<Block, void, undefined> {
  const lanes = planLanes(plan, readingOf(table, plan));
  const filling = new BlockFilling(plan, lanes.fields, table.rows);
  for await (const chunk of chunksOf(table, lanes.sql)) yield* filling.add(chunk);
  yield* filling.end();
}

/** How the values of a column are taken out of the chunks. */
type FieldKind = "number" | "label" | "document" | "vector";

/** A column as it is read: its place in the plan (null: it is the group), and in the chunks. */
interface Field {
  readonly column: number | null;
  readonly kind: FieldKind;
  /** Labels have their hash in the place behind. */
  readonly place: number;
  /** Numbers of a row: those of a list, else one. */
  readonly width: number;
}

function planLanes(plan: TablePlan, reading: Reading): { sql: string; fields: readonly Field[] } {
  const selected: string[] = [];
  const fields: Field[] = [];
  const add = (column: number | null, sql: string, kind: FieldKind, width = 1): void => {
    fields.push({ column, kind, place: selected.length, width });
    selected.push(sql);
    if (kind === "label") selected.push(`hash(${sql})`);
  };
  plan.columns.forEach((column, index) => {
    const sqlType = reading.sqlTypes.get(column.name);
    if (!isRead(column, plan) || sqlType === undefined) return;
    const width = Math.min(column.width ?? 0, MOST_WIDTH);
    if (column.kind === "text") add(index, documentSql(column.name), "document");
    else if (column.kind === "vector") add(index, vectorSql(column.name, sqlType, width), "vector", width);
    else add(index, blockSql(column, sqlType), isNumeric(column, sqlType) ? "number" : "label");
  });
  if (plan.group !== null) add(null, `${quotedName(plan.group)}::VARCHAR`, "label");
  // A plan that reads nothing still counts rows.
  const list = selected.length === 0 ? "1" : selected.join(", ");
  return { sql: `SELECT ${list} FROM ${reading.relation}`, fields };
}

/** The chunks of a query; what DuckDB throws is of the files, and is thrown as such. */
async function* chunksOf(table: Table, sql: string): AsyncGenerator<DuckDBDataChunk, void, undefined> {
  const chunks = table.source.database.chunks(sql);
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => {
        throw readErrorOf(error, table.files);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await chunks.return();
  }
}

type Values = Float64Array | (string | null)[];

/** Puts rows of chunks together to blocks. */
class BlockFilling {
  readonly #plan: TablePlan;
  readonly #fields: readonly Field[];
  readonly #readers: readonly (StringReader | null)[];
  readonly #tableRows: number;
  #firstRow = 0;
  #filled = 0;
  #values: readonly Values[];

  constructor(plan: TablePlan, fields: readonly Field[], tableRows: number) {
    this.#plan = plan;
    this.#fields = fields;
    this.#readers = fields.map(({ kind }) => (kind === "label" ? new StringReader() : null));
    this.#tableRows = tableRows;
    this.#values = this.#emptyValues();
  }

  /** Takes the rows of a chunk; gives the blocks that they fill. */
  *add(chunk: DuckDBDataChunk): Generator<Block> {
    const { rowCount } = chunk;
    for (let from = 0; from < rowCount; ) {
      const count = Math.min(rowCount - from, BLOCK_ROWS - this.#filled);
      this.#copy(chunk, from, count);
      from += count;
      this.#filled += count;
      if (this.#filled === BLOCK_ROWS) yield this.#take();
    }
  }

  /** The last block, where rows are left for one. */
  *end(): Generator<Block> {
    if (this.#filled > 0) yield this.#take();
  }

  #copy(chunk: DuckDBDataChunk, from: number, count: number): void {
    const rows = { from, count, at: this.#filled };
    this.#fields.forEach(({ kind, place, width }, index) => {
      const into = this.#values[index] ?? [];
      const vector = chunk.getColumnVector(place);
      if (into instanceof Float64Array) {
        if (kind === "vector") readLists(vector, rows, width, into);
        else into.set(numberItems(vector).subarray(from, from + count), rows.at);
      } else if (kind === "document") readDocuments(vector, rows, into);
      else this.#readers[index]?.read(vector, chunk.getColumnVector(place + 1), rows, into);
    });
  }

  #take(): Block {
    const columns: Block["columns"][number][] = this.#plan.columns.map(() => null);
    const vectors: (VectorColumn | null)[] = this.#plan.columns.map(() => null);
    let groups: readonly string[] | null = null;
    const firstRow = this.#firstRow;
    this.#fields.forEach(({ column, kind, width }, index) => {
      const all = this.#values[index] ?? [];
      const values = all instanceof Float64Array ? all.subarray(0, this.#filled * width) : all;
      if (column !== null && kind === "vector" && values instanceof Float64Array)
        vectors[column] = { width, values };
      else if (column !== null) columns[column] = values;
      else if (!(values instanceof Float64Array))
        groups = values.map((value, row) => groupOf(value, firstRow + row));
    });
    const block = { firstRow, rows: this.#filled, columns, groups };
    this.#firstRow += this.#filled;
    this.#filled = 0;
    this.#values = this.#emptyValues();
    return this.#plan.reads?.vectors === true ? { ...block, vectors } : block;
  }

  #emptyValues(): readonly Values[] {
    const rows = Math.max(0, Math.min(BLOCK_ROWS, this.#tableRows - this.#firstRow));
    return this.#fields.map(({ kind, width }) =>
      kind === "number" || kind === "vector" ? new Float64Array(rows * width) : [],
    );
  }
}

/** A row of no group is a group of its own; the sign in front keeps it apart from what people name groups. */
const groupOf = (value: string | null, row: number): string => value ?? `\u0000${row}`;
