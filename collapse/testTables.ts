import type { Frame, Summary } from "./contracts/aggregates.ts";
import type { Block, ColumnKind, ColumnPlan, TablePlan } from "./contracts/columns.ts";
import { summarize } from "./count/summarize.ts";
import { frameOf } from "./encode/frameOf.ts";

/** A column in memory; `Number.NaN` and `null` are missing. */
export type MemoryColumn = ArrayLike<number> | readonly (string | null)[];
export type MemoryTable = Readonly<Record<string, MemoryColumn>>;

export interface TableOptions {
  /** Kinds of columns that are not to be guessed: numbers are `number`, strings `level` up to 64 values, else `category`. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  readonly target?: string;
  /** A column of strings that says which rows belong together; it is no variable. */
  readonly group?: string;
  readonly blockRows?: number;
}

/**
 * @testOnly Frame and summaries of two small tables in memory, as a check makes them of files. A column that the
 * candidate lacks is missing in all its rows.
 */
export async function summariesOf(
  tables: { readonly reference: MemoryTable; readonly candidate: MemoryTable },
  seed = 1,
  options: TableOptions = {},
): Promise<{ frame: Frame; reference: Summary; candidate: Summary; plan: TablePlan }> {
  const plan = planOf(tables.reference, options);
  const blocksOf = (table: MemoryTable) => memoryBlocks(table, plan, options.blockRows ?? 16_384);
  const frame = await frameOf(blocksOf(tables.reference), plan, seed);
  const [reference, candidate] = await Promise.all([
    summarize(blocksOf(tables.reference), frame, plan, { seed, table: "reference" }),
    summarize(blocksOf(tables.candidate), frame, plan, { seed, table: "candidate" }),
  ]);
  return { frame, reference, candidate, plan };
}

/** @testOnly */
export function planOf(table: MemoryTable, { kinds = {}, target, group }: TableOptions): TablePlan {
  const columns = Object.entries(table).map(
    ([name, column]): ColumnPlan => ({
      name,
      kind: kinds[name] ?? kindOf(column),
      role: name === target ? "target" : name === group ? "group" : "feature",
      because: "said by a test",
    }),
  );
  return { columns, group: group ?? null };
}

function kindOf(column: MemoryColumn): ColumnKind {
  if (isNumbers(column)) return "number";
  return new Set(column).size <= 64 ? "level" : "category";
}

const isNumbers = (column: MemoryColumn): column is ArrayLike<number> =>
  !Array.isArray(column) || column.some((value) => typeof value === "number");

/** @testOnly The blocks of a table in memory. */
export async function* memoryBlocks(
  table: MemoryTable,
  plan: TablePlan,
  blockRows: number,
): AsyncGenerator<Block> {
  const rows = Math.max(0, ...Object.values(table).map((column) => column.length));
  const columns = plan.columns.map(({ name }) => {
    const column = table[name];
    if (!column) return null;
    return isNumbers(column) ? Float64Array.from(column) : Array.from(column);
  });
  const group = plan.columns.findIndex(({ role }) => role === "group");
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const end = Math.min(rows, firstRow + blockRows);
    const cut = columns.map((column) => column?.slice(firstRow, end) ?? null);
    const groups = cut[group];
    yield {
      firstRow,
      rows: end - firstRow,
      columns: cut.map((column, index) => (index === group ? null : column)),
      groups: groups instanceof Float64Array || !groups ? null : groups.map((name) => name ?? ""),
    };
  }
}
