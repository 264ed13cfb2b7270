import type { Pool } from "../contracts/metrics.ts";
import { seededRandom } from "../numerics/random.ts";

/** Neighbors that are kept of each table: of any half of it, the nearest five are all but surely among them. */
export const KEPT_A_TABLE = 32;
/** Neighbors of a row in all. */
export const KEPT = 2 * KEPT_A_TABLE;
/** Wider rows are projected: distances keep their ratios to about 1 / √48. */
const WIDTH_AT_MOST = 48;
/** Numbers that are added at once; rows are padded to it. */
const STEP = 4;

/** The nearest rows of each row of the pool, the nearest first, 32 of either table at most. */
export interface Neighbors {
  readonly rows: number;
  /** rows × KEPT; row numbers count the reference's first. */
  readonly index: Uint16Array;
  readonly distance: Float64Array;
  /** How many of them there are. */
  readonly count: Uint8Array;
}

/** The rows of the pool one after the other, the reference's first; projected where they are wide. */
export interface Points {
  readonly rows: number;
  /** A multiple of four; what a row has less is 0. */
  readonly width: number;
  readonly values: Float64Array;
}

export function pointsOf({ width, reference, candidate }: Pool): Points {
  const isWide = width > WIDTH_AT_MOST;
  const padded = isWide ? WIDTH_AT_MOST : Math.ceil(width / STEP) * STEP;
  const place = isWide ? projection(width, padded) : (row: Float64Array, into: Float64Array) => into.set(row);
  const rows = reference.rows + candidate.rows;
  const values = new Float64Array(rows * padded);
  [reference, candidate].forEach(({ encoded, rows: some }, table) => {
    for (let row = 0; row < some; row++) {
      const at = (table * reference.rows + row) * padded;
      place(encoded.subarray(row * width, (row + 1) * width), values.subarray(at, at + padded));
    }
  });
  return { rows, width: padded, values };
}

/** Random directions of normal entries (Johnson and Lindenstrauss 1984): equal rows stay equal. */
function projection(width: number, axes: number): (row: Float64Array, into: Float64Array) => void {
  const random = seededRandom(1, "neighbors' projection");
  const directions = Float64Array.from({ length: width * axes }, () => random.normal() / Math.sqrt(axes));
  return (row, into) => {
    for (let feature = 0; feature < width; feature++) {
      const value = row[feature] ?? 0;
      // Most features of a row are 0.
      if (value === 0) continue;
      for (let axis = 0; axis < axes; axis++)
        into[axis] = (into[axis] ?? 0) + value * (directions[feature * axes + axis] ?? 0);
    }
  };
}

/** Lists under way: of row r and table t (0 the reference) at 2 r + t, the nearest first. */
interface Lists {
  readonly index: Uint16Array;
  readonly square: Float64Array;
  readonly count: Uint8Array;
  /** The largest square of a full list: what is not nearer is refused by one comparison. */
  readonly worst: Float64Array;
}

/** Finds each row's nearest 32 rows of either table (Euclidean; ties go to the earlier row), itself left out. */
export function findNeighbors({ rows, width, values }: Points, referenceRows: number): Neighbors {
  const lists: Lists = {
    index: new Uint16Array(rows * KEPT),
    square: new Float64Array(rows * KEPT),
    count: new Uint8Array(rows * 2),
    worst: new Float64Array(rows * 2).fill(Infinity),
  };
  const { worst } = lists;
  for (let row = 0; row < rows; row++) {
    const table = row < referenceRows ? 0 : 1;
    for (let other = 0; other < row; other++) {
      const [mine, its] = [2 * row + (other < referenceRows ? 0 : 1), 2 * other + table];
      const most = Math.max(worst[mine] ?? 0, worst[its] ?? 0);
      const square = squareUpTo(values, row * width, other * width, width, most);
      if (square < (worst[mine] ?? 0)) insert(lists, mine, other, square);
      if (square < (worst[its] ?? 0)) insert(lists, its, row, square);
    }
  }
  return merged(lists, rows);
}

/** Squared distance of two points; once it is more than `most`, anything that is. */
function squareUpTo(values: Float64Array, a: number, b: number, width: number, most: number): number {
  let sum = 0;
  for (let at = 0; at < width && sum <= most; at += STEP) {
    const p = (values[a + at] ?? 0) - (values[b + at] ?? 0);
    const q = (values[a + at + 1] ?? 0) - (values[b + at + 1] ?? 0);
    const r = (values[a + at + 2] ?? 0) - (values[b + at + 2] ?? 0);
    const s = (values[a + at + 3] ?? 0) - (values[b + at + 3] ?? 0);
    sum += p * p + q * q + (r * r + s * s);
  }
  return sum;
}

function insert({ index, square, count, worst }: Lists, list: number, row: number, distance: number): void {
  const start = list * KEPT_A_TABLE;
  const held = Math.min(count[list] ?? 0, KEPT_A_TABLE - 1);
  let at = start + held;
  for (; at > start && (square[at - 1] ?? 0) > distance; at--) {
    square[at] = square[at - 1] ?? 0;
    index[at] = index[at - 1] ?? 0;
  }
  square[at] = distance;
  index[at] = row;
  count[list] = held + 1;
  if (held === KEPT_A_TABLE - 1) worst[list] = square[start + held] ?? 0;
}

/** One list per row, by distance. */
function merged({ index, square, count }: Lists, rows: number): Neighbors {
  const joined = {
    index: new Uint16Array(rows * KEPT),
    distance: new Float64Array(rows * KEPT),
    count: new Uint8Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    let [a, b] = [row * KEPT, row * KEPT + KEPT_A_TABLE];
    const [endA, endB] = [a + (count[2 * row] ?? 0), b + (count[2 * row + 1] ?? 0)];
    let at = row * KEPT;
    for (; a < endA || b < endB; at++) {
      const next = b >= endB || (a < endA && (square[a] ?? 0) <= (square[b] ?? 0)) ? a++ : b++;
      joined.distance[at] = Math.sqrt(square[next] ?? 0);
      joined.index[at] = index[next] ?? 0;
    }
    joined.count[row] = at - row * KEPT;
  }
  return { rows, ...joined };
}
