import { type Random, shuffledIndices } from "../../collapse/numerics/random.ts";

/** A column of numbers; NaN is missing. */
export interface NumberColumn {
  readonly name: string;
  readonly kind: "number";
  readonly values: Float64Array;
}

/** A column of categories; the empty string is missing. */
export interface CategoryColumn {
  readonly name: string;
  readonly kind: "category";
  readonly values: readonly string[];
}

export type Column = NumberColumn | CategoryColumn;

/** What generators take and give: columns of equal length, in memory. */
export interface BenchTable {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** The rows of those indices, in that order; an index may come twice. */
export function takeRows(table: BenchTable, rows: ArrayLike<number>): BenchTable {
  const order = Array.from(rows);
  return {
    rows: order.length,
    columns: table.columns.map((column) =>
      column.kind === "number"
        ? { ...column, values: Float64Array.from(order, (row) => column.values[row] ?? Number.NaN) }
        : { ...column, values: order.map((row) => column.values[row] ?? "") },
    ),
  };
}

/** The rows that `keeps` says yes to. */
export function filterRows(table: BenchTable, keeps: (row: number) => boolean): BenchTable {
  return takeRows(table, Array.from({ length: table.rows }, (_, row) => row).filter(keeps));
}

/** Rows of two tables with equal columns, the first table's first. */
export function appendRows(first: BenchTable, second: BenchTable): BenchTable {
  const joined = first.columns.map((column, at): Column => {
    const other = second.columns[at];
    if (other?.kind === "number" && column.kind === "number")
      return { ...column, values: Float64Array.of(...column.values, ...other.values) };
    if (other?.kind === "category" && column.kind === "category")
      return { ...column, values: [...column.values, ...other.values] };
    throw new Error(`The tables' column ${column.name} differs.`);
  });
  return { rows: first.rows + second.rows, columns: joined };
}

/** `count` different rows, drawn without order. */
export function sampleRows(table: BenchTable, count: number, random: Random): BenchTable {
  return takeRows(table, shuffledIndices(table.rows, random).subarray(0, count));
}

/** The table with each column of numbers changed; the other columns stay. */
export function mapNumbers(
  table: BenchTable,
  change: (values: Float64Array, name: string) => Float64Array,
): BenchTable {
  return {
    ...table,
    columns: table.columns.map((column) =>
      column.kind === "number" ? { ...column, values: change(column.values, column.name) } : column,
    ),
  };
}

/** Column of that name. Throws where the table has none. */
export function columnNamed(table: BenchTable, name: string): Column {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) throw new Error(`The table has no column ${name}.`);
  return column;
}

/** A column's values as text, and as numbers. */
export const textsOf = ({ values }: Column): string[] => Array.from<string | number, string>(values, String);
export const numbersOf = ({ values }: Column): number[] =>
  Array.from<string | number, number>(values, Number);

/** Mean and maximum-likelihood standard deviation of the numbers that are there. */
export function momentsOf(values: Float64Array): { mean: number; sd: number } {
  const present = values.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / Math.max(1, present.length);
  const variance = present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, present.length);
  return { mean, sd: Math.sqrt(variance) };
}

/** How often each category occurs, the most frequent first, then by name. */
export function frequenciesOf(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([left, more], [right, less]) => less - more || (left < right ? -1 : 1));
}
