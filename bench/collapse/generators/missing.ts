import type { Random } from "../../../collapse/numerics/random.ts";
import { type BenchTable, type Column, mapNumbers, momentsOf } from "../table.ts";

/** Missing numbers at their column's mean: for generators that know no missing ones. */
export const fillMissing = (table: BenchTable): BenchTable =>
  mapNumbers(table, (values) => {
    const { mean } = momentsOf(values);
    return values.map((value) => (Number.isNaN(value) ? mean : value));
  });

/** As many missing numbers, at random, as the columns of `original` have. */
export function restoreMissing(table: BenchTable, original: BenchTable, random: Random): BenchTable {
  const columns = table.columns.map((column, at): Column => {
    const before = original.columns[at];
    if (column.kind !== "number" || before?.kind !== "number") return column;
    const share = before.values.filter(Number.isNaN).length / Math.max(1, original.rows);
    if (share === 0) return column;
    return { ...column, values: column.values.map((value) => (random.next() < share ? Number.NaN : value)) };
  });
  return { ...table, columns };
}
