import type { PoolDraw } from "../contracts/metrics.ts";
import { KEPT, type Neighbors } from "./neighbors.ts";

/** The ball of a row reaches to its fifth neighbor of its own side (Naeem and others 2020). */
const BALL = 5;

/** Added to both distances, which are 0 where all rows have copies: a thousandth of a standard deviation. */
const NO_DISTANCE = 1e-3;

/** How two sides lie among each other. */
export interface NeighborMetrics {
  /** Share of the right rows that lie in the ball of a left row. */
  readonly precision: number;
  /** Share of the left rows that lie in the ball of a right row. */
  readonly recall: number;
  /** Logarithm of the mean distance of right rows to the nearest other right row, over that of the left. */
  readonly nearest: number;
}

/** Measures the draw from the rows' neighbor lists, the others' rows masked out. */
export function prepareNeighborMetrics(neighbors: Neighbors): (draw: PoolDraw) => NeighborMetrics {
  const radii = new Float64Array(neighbors.rows);
  return ({ left, right }) => {
    const nearestLeft = fillRadii(neighbors, left, radii);
    const nearestRight = fillRadii(neighbors, right, radii);
    return {
      precision: shareInBalls(neighbors, right, left, radii),
      recall: shareInBalls(neighbors, left, right, radii),
      nearest: Math.log((nearestRight + NO_DISTANCE) / (nearestLeft + NO_DISTANCE)),
    };
  };
}

/**
 * Fills in the radius of the side's rows: the distance to the fifth neighbor of the side, at least to the end of the
 * list where it holds fewer. Returns the mean distance to the first.
 */
function fillRadii(
  { rows, index, distance, count }: Neighbors,
  side: Uint8Array,
  radii: Float64Array,
): number {
  let [sum, members] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (side[row] !== 1) continue;
    const start = row * KEPT;
    const end = start + (count[row] ?? 0);
    let seen = 0;
    let at = start;
    for (; at < end && seen < BALL; at++) {
      if (side[index[at] ?? 0] !== 1) continue;
      if (seen === 0) sum += distance[at] ?? 0;
      seen++;
    }
    members++;
    radii[row] = at > start ? (distance[at - 1] ?? 0) : 0;
    if (seen === 0) sum += radii[row] ?? 0;
  }
  return members > BALL ? sum / members : Number.NaN;
}

/** Share of `side` within a ball of `others`. */
function shareInBalls(
  { rows, index, distance, count }: Neighbors,
  side: Uint8Array,
  others: Uint8Array,
  radii: Float64Array,
): number {
  let [inside, members] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (side[row] !== 1) continue;
    members++;
    const end = row * KEPT + (count[row] ?? 0);
    for (let at = row * KEPT; at < end; at++) {
      const other = index[at] ?? 0;
      if (others[other] !== 1 || (distance[at] ?? 0) > (radii[other] ?? 0)) continue;
      inside++;
      break;
    }
  }
  return inside / members;
}
