/**
 * The value below which the share `at` (0 to 1) of `sorted` lies: linear between its neighbors, as type 7 of Hyndman
 * and Fan (1996). `sorted` ascends and holds no NaN; NaN where it is empty.
 */
export function quantileOf(sorted: Float64Array, at: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = at * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? 0;
  return low + (high - low) * (place - below);
}

/** What can be computed of `values`, ascending: without NaN. */
export function sortedFinite(values: Iterable<number>): Float64Array {
  return Float64Array.from([...values].filter(Number.isFinite)).sort();
}
