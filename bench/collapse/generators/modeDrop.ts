import type { Random } from "../../../collapse/numerics/random.ts";
import { clustersOf } from "../clusters.ts";
import { pointsOf } from "../points.ts";
import { type BenchTable, filterRows } from "../table.ts";

/** Without the smallest `dropped` of `clusters` clusters (k-means on standardized columns). */
export function modeDrop(
  table: BenchTable,
  { clusters: count, dropped }: { clusters: number; dropped: number },
  random: Random,
): BenchTable {
  const clusters = clustersOf(pointsOf(table), count, random);
  const sizes = new Uint32Array(count);
  for (const cluster of clusters) sizes[cluster] = (sizes[cluster] ?? 0) + 1;
  const smallest = [...sizes.keys()].sort(
    (left, right) => (sizes[left] ?? 0) - (sizes[right] ?? 0) || left - right,
  );
  const lost = new Set(smallest.slice(0, dropped));
  return filterRows(table, (row) => !lost.has(clusters[row] ?? 0));
}
