import { type Random, shuffledIndices } from "../../../collapse/numerics/random.ts";
import { type BenchTable, type Column, takeRows } from "../table.ts";

/** In that share of the rows each column is shuffled by itself: the columns stay, what ties them goes. */
export function independentMarginals(
  table: BenchTable,
  { share }: { share: number },
  random: Random,
): BenchTable {
  const chosen = shuffledIndices(table.rows, random).subarray(0, Math.round(share * table.rows));
  const columns = table.columns.map((column): Column => {
    const order = Uint32Array.from({ length: table.rows }, (_, row) => row);
    for (const [at, other] of shuffledIndices(chosen.length, random).entries())
      order[chosen[at] ?? 0] = chosen[other] ?? 0;
    const [shuffled = column] = takeRows({ rows: table.rows, columns: [column] }, order).columns;
    return shuffled;
  });
  return { rows: table.rows, columns };
}
