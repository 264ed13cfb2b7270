import type { Random } from "../../../collapse/numerics/random.ts";
import { type BenchTable, mapNumbers, momentsOf, takeRows } from "../table.ts";

/**
 * Draws of a Gaussian kernel density estimate, refitted to its own draws: numbers are blurred by `bandwidth` times
 * Silverman's width of the table's dimension, (4 / (d + 2) / n)^(1 / (d + 4)) standard deviations (1986); categories
 * come with the row that was drawn.
 */
export function kdeRecursion(
  table: BenchTable,
  { bandwidth, generations }: { bandwidth: number; generations: number },
  random: Random,
): BenchTable {
  const numbers = table.columns.filter(({ kind }) => kind === "number").length;
  const width = bandwidth * (4 / (numbers + 2) / table.rows) ** (1 / (numbers + 4));
  let drawn = table;
  for (let generation = 0; generation < generations; generation++) {
    const parents = Uint32Array.from({ length: table.rows }, () => random.whole(table.rows));
    const blurs = new Map(
      drawn.columns.map((column) => [
        column.name,
        column.kind === "number" ? width * momentsOf(column.values).sd : 0,
      ]),
    );
    drawn = mapNumbers(takeRows(drawn, parents), (values, name) =>
      values.map((value) => value + (blurs.get(name) ?? 0) * random.normal()),
    );
  }
  return drawn;
}
