import { type Random, shuffledIndices } from "../../../collapse/numerics/random.ts";
import { type BenchTable, mapNumbers, momentsOf, takeRows } from "../table.ts";

/**
 * That share of the rows replaced by copies of `sources` rows. With a `jitter` the copies' numbers are off by that
 * many standard deviations: near duplicates.
 */
export function duplicateFlood(
  table: BenchTable,
  { share, sources, jitter }: { share: number; sources: number; jitter: number },
  random: Random,
): BenchTable {
  const order = shuffledIndices(table.rows, random);
  const flooded = order.subarray(0, Math.round(share * table.rows));
  const origins = order.subarray(table.rows - sources);
  const rows = Uint32Array.from({ length: table.rows }, (_, row) => row);
  for (const row of flooded) rows[row] = origins[random.whole(origins.length)] ?? 0;
  const copies = takeRows(table, rows);
  if (jitter === 0) return copies;
  const isCopy = new Uint8Array(table.rows);
  for (const row of flooded) isCopy[row] = 1;
  return mapNumbers(copies, (values) => {
    const width = jitter * momentsOf(values).sd;
    return values.map((value, row) => (isCopy[row] === 1 ? value + width * random.normal() : value));
  });
}
