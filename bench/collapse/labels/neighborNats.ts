import type { Encoder } from "../points.ts";
import type { BenchTable } from "../table.ts";
import { nearestPoints } from "./neighbors.ts";

const NEIGHBORS = 5;
/** Of a standardized column: nearer than that, points are not told apart. */
const FLOOR = 0.02;

/**
 * Nats of each test row under the density of nearest neighbors (Loftsgaarden and Quesenberry 1965), up to what both
 * arms share: the columns' number times the log of the distance to the fifth neighbor.
 */
export function neighborNats(train: BenchTable, test: BenchTable, encode: Encoder): Float64Array {
  const columns = train.columns.length;
  const { squares } = nearestPoints(encode(train), encode(test), NEIGHBORS);
  return new Float64Array(test.rows).map((_, row) => {
    const square = squares[(row + 1) * NEIGHBORS - 1] ?? 0;
    return (columns / 2) * Math.log(Math.max(square, FLOOR * FLOOR * columns));
  });
}
