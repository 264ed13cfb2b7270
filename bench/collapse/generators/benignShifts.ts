import type { Random } from "../../../collapse/numerics/random.ts";
import { type BenchTable, filterRows, mapNumbers } from "../table.ts";

/** Numbers through 32 bits and back: nothing that a model would see. */
export const floatRoundTrip = (table: BenchTable): BenchTable =>
  mapNumbers(table, (values) => values.map(Math.fround));

/** That share of the numbers missing, at random. */
export function missingAtRandom(table: BenchTable, { share }: { share: number }, random: Random): BenchTable {
  return mapNumbers(table, (values) => values.map((value) => (random.next() < share ? Number.NaN : value)));
}

/**
 * The upper half of the first column of numbers `factor` times as frequent against the rest as it was: rows of the
 * rest are left out, none is repeated.
 */
export function covariateShift(
  table: BenchTable,
  { factor }: { factor: number },
  random: Random,
): BenchTable {
  const column = table.columns.find(({ kind }) => kind === "number");
  if (column?.kind !== "number") return table;
  const median = column.values.slice().sort()[table.rows >> 1] ?? 0;
  return filterRows(table, (row) => (column.values[row] ?? 0) >= median || random.next() < 1 / factor);
}
