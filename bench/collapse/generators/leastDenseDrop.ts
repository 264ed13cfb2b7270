import { neighborDistances, pointsOf } from "../points.ts";
import { type BenchTable, takeRows } from "../table.ts";

const NEIGHBORS = 10;

/** Without that share of the rows that lie loneliest: those farthest from their tenth neighbor. */
export function leastDenseDrop(table: BenchTable, { share }: { share: number }): BenchTable {
  const distances = neighborDistances(pointsOf(table), NEIGHBORS);
  const order = Uint32Array.from({ length: table.rows }, (_, row) => row).sort(
    (left, right) => (distances[left] ?? 0) - (distances[right] ?? 0) || left - right,
  );
  return takeRows(table, order.subarray(0, table.rows - Math.round(share * table.rows)).sort());
}
