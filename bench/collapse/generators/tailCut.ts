import { type BenchTable, filterRows } from "../table.ts";

/** Without the rows in which any number lies beyond that share of its column, at either side. */
export function tailCut(table: BenchTable, { share }: { share: number }): BenchTable {
  const bounds = table.columns.flatMap((column) => {
    if (column.kind === "category") return [];
    const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
    const below = Math.floor(share * sorted.length);
    return [{ values: column.values, low: sorted[below] ?? 0, high: sorted[sorted.length - 1 - below] ?? 0 }];
  });
  return filterRows(table, (row) =>
    bounds.every(({ values, low, high }) => {
      const value = values[row] ?? Number.NaN;
      return Number.isNaN(value) || (value >= low && value <= high);
    }),
  );
}
