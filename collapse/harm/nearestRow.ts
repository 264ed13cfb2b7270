/** Rows to search in, ordered along the direction in which they differ most. */
export interface RowIndex {
  readonly width: number;
  readonly direction: Float64Array;
  /** Where each row lies along the direction, ascending, and the rows in that order. */
  readonly position: Float64Array;
  readonly rows: Float64Array;
}

/**
 * Orders rows of `encoded` for `nearestSquared`. No two rows are nearer than their positions along a unit vector are,
 * so a search need not look beyond the distance that it wants to beat.
 */
export function indexRows(encoded: Float64Array, width: number, chosen: Uint32Array): RowIndex {
  const direction = widestDirection(encoded, width, chosen);
  const unordered = Float64Array.from(chosen, (row) => project(encoded, row * width, direction));
  const order = Uint32Array.from(chosen, (_, index) => index).sort(
    (left, right) => (unordered[left] ?? 0) - (unordered[right] ?? 0) || left - right,
  );
  const rows = new Float64Array(chosen.length * width);
  order.forEach((from, to) => {
    const start = (chosen[from] ?? 0) * width;
    rows.set(encoded.subarray(start, start + width), to * width);
  });
  return { width, direction, position: Float64Array.from(order, (from) => unordered[from] ?? 0), rows };
}

/** The squared distance of one row to the nearest indexed one; `within` where none is nearer than that. */
export function nearestSquared(index: RowIndex, encoded: Float64Array, row: number, within: number): number {
  const { width, direction, position, rows } = index;
  const start = row * width;
  const here = project(encoded, start, direction);
  let best = within;
  let below = firstAtOrAbove(position, here) - 1;
  let above = below + 1;
  for (;;) {
    const gapBelow = below >= 0 ? here - (position[below] ?? 0) : Number.POSITIVE_INFINITY;
    const gapAbove = above < position.length ? (position[above] ?? 0) - here : Number.POSITIVE_INFINITY;
    const gap = Math.min(gapBelow, gapAbove);
    if (!(gap * gap < best)) return best;
    const other = gapBelow <= gapAbove ? below-- : above++;
    best = squaredBelow(rows, other * width, encoded, start, width, best);
  }
}

/** The squared distance, or `best` as soon as it is no less. */
function squaredBelow(
  rows: Float64Array,
  at: number,
  encoded: Float64Array,
  start: number,
  width: number,
  best: number,
): number {
  let sum = 0;
  for (let index = 0; index < width; index++) {
    const difference = (rows[at + index] ?? 0) - (encoded[start + index] ?? 0);
    sum += difference * difference;
    if (sum >= best) return best;
  }
  return sum;
}

function project(encoded: Float64Array, start: number, direction: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < direction.length; index++)
    sum += (direction[index] ?? 0) * (encoded[start + index] ?? 0);
  return sum;
}

function firstAtOrAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const POWER_STEPS = 12;
const POWER_ROWS = 1_000;

/** About the first principal direction, by power iteration over some of the rows: any unit vector would be right. */
function widestDirection(encoded: Float64Array, width: number, chosen: Uint32Array): Float64Array {
  const step = Math.max(1, Math.floor(chosen.length / POWER_ROWS));
  let direction = new Float64Array(width).fill(1 / Math.sqrt(Math.max(1, width)));
  for (let round = 0; round < POWER_STEPS; round++) {
    const next = new Float64Array(width);
    for (let at = 0; at < chosen.length; at += step) {
      const start = (chosen[at] ?? 0) * width;
      const along = project(encoded, start, direction);
      for (let index = 0; index < width; index++)
        next[index] = (next[index] ?? 0) + along * (encoded[start + index] ?? 0);
    }
    const length = Math.hypot(...next);
    if (!(length > 0)) return direction;
    direction = next.map((value) => value / length);
  }
  return direction;
}
