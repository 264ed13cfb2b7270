import type { Block, ColumnPlan, TablePlan } from "../contracts/columns.ts";
import { gather } from "../numerics/gather.ts";
import { leastHash } from "./leastHash.ts";
import { rowHashes } from "./rowHash.ts";

/** Rows that edges, classes and pairs are fixed by: fewer of a table so wide that they would be more values than this. */
const SAMPLE_ROWS = 200_000;
const SAMPLE_VALUES = 32_000_000;
/** Distinct strings that are counted; what comes new after so many is not: a category has 5,000. */
const MOST_COUNTED = 200_000;

/** One column of the reference: a sample of it, and its levels with the rows of each. */
export interface ReferenceColumn {
  readonly column: number;
  readonly plan: ColumnPlan;
  /** Of the sampled rows the numbers; of strings the place in `levels`. NaN where missing. */
  readonly values: Float64Array;
  /** Every value of a level or category in the order of appearance, with its rows in the whole table. */
  readonly levels: readonly (string | number)[];
  readonly levelRows: readonly number[];
}

const READ_KINDS = ["number", "level", "category", "date"];

/** Whether a column becomes variables. */
export const isAnalyzed = (plan: ColumnPlan): boolean =>
  READ_KINDS.includes(plan.kind) && !["id", "group", "ignore"].includes(plan.role);

/** One pass over the reference: the levels of all rows, and the values of the rows with the least hashes. */
export async function sampleReference(
  blocks: AsyncIterable<Block>,
  plan: TablePlan,
  seed: number,
): Promise<{ rows: number; columns: readonly ReferenceColumn[] }> {
  const columns = plan.columns.flatMap((column, index) => (isAnalyzed(column) ? [watch(column, index)] : []));
  const kept = leastHash(Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_VALUES / Math.max(columns.length, 1))));
  const { hashAt } = rowHashes(seed, "reference");
  let rows = 0;
  for await (const block of blocks) {
    for (const column of columns) column.read(block);
    // Column by column, as far as slots go: a call per row and column would cost more than all else.
    const slots = new Uint32Array(block.rows);
    const chosen = new Uint32Array(block.rows);
    let size = 0;
    const fill = (): void => {
      for (const column of columns) column.keep(slots.subarray(0, size), chosen.subarray(0, size));
      size = 0;
    };
    for (let row = 0; row < block.rows; row++) {
      const slot = kept.admit(hashAt(block.firstRow + row));
      if (slot < 0) continue;
      slots[size] = slot;
      chosen[size++] = row;
      kept.settle((staying) => {
        fill();
        for (const column of columns) column.move(staying);
      });
    }
    fill();
    rows += block.rows;
  }
  const order = kept.inOrder();
  return { rows, columns: columns.map((column) => column.done(order)) };
}

interface Watch {
  read(block: Block): void;
  keep(slots: Uint32Array, rows: Uint32Array): void;
  move(staying: Uint32Array): void;
  done(order: Uint32Array): ReferenceColumn;
}

/** Counts the levels of a column as they come, and holds the values of sampled rows. */
function watch(plan: ColumnPlan, column: number): Watch {
  const places = new Map<string | number, number>();
  const levelRows: number[] = [];
  const counted = plan.kind === "level" || plan.kind === "category";
  let current: Float64Array = new Float64Array(0);
  let values = new Float64Array(4_096);
  return {
    read: (block) => {
      const read = block.columns[column] ?? null;
      if (read instanceof Float64Array) {
        current = read;
        if (counted) countNumbers(read, block.rows, places, levelRows);
      } else current = countStrings(read ?? [], block.rows, places, levelRows);
    },
    keep: (slots, rows) => {
      while (values.length <= (slots[slots.length - 1] ?? 0)) values = larger(values);
      for (let index = 0; index < slots.length; index++)
        values[slots[index] ?? 0] = current[rows[index] ?? 0] ?? Number.NaN;
    },
    move: (staying) => {
      // In place: what stays never moves up.
      gather(values, staying, values);
    },
    done: (order) => ({
      column,
      plan,
      values: gather(values, order, new Float64Array(order.length)),
      levels: [...places.keys()],
      levelRows,
    }),
  };
}

function larger(values: Float64Array): Float64Array<ArrayBuffer> {
  const doubled = new Float64Array(values.length * 2);
  doubled.set(values);
  return doubled;
}

function countNumbers(
  read: Float64Array,
  rows: number,
  places: Map<string | number, number>,
  levelRows: number[],
): void {
  for (let row = 0; row < rows; row++) {
    const value = read[row] ?? Number.NaN;
    if (!Number.isNaN(value)) countOne(value, places, levelRows);
  }
}

/** Counts strings, and answers the place of each; NaN where it is missing or was not counted. */
function countStrings(
  read: readonly (string | null)[],
  rows: number,
  places: Map<string | number, number>,
  levelRows: number[],
): Float64Array {
  const found = new Float64Array(rows).fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    const value = read[row] ?? null;
    if (value !== null) found[row] = countOne(value, places, levelRows);
  }
  return found;
}

function countOne(value: string | number, places: Map<string | number, number>, levelRows: number[]): number {
  const place = places.get(value);
  if (place !== undefined) {
    levelRows[place] = (levelRows[place] ?? 0) + 1;
    return place;
  }
  if (places.size >= MOST_COUNTED) return Number.NaN;
  places.set(value, levelRows.length);
  levelRows.push(1);
  return levelRows.length - 1;
}
