import { type BenchTable, filterRows, frequenciesOf } from "../table.ts";

/** Without the rows of categories that fewer than that share of the rows have. */
export function rareCategoryDrop(table: BenchTable, { below }: { below: number }): BenchTable {
  const common = table.columns.flatMap((column) => {
    if (column.kind === "number") return [];
    const often = frequenciesOf(column.values).filter(([, count]) => count >= below * table.rows);
    return [{ values: column.values, kept: new Set(often.map(([category]) => category)) }];
  });
  return filterRows(table, (row) => common.every(({ values, kept }) => kept.has(values[row] ?? "")));
}
