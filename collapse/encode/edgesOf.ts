import { sortNumbers } from "../numerics/sortNumbers.ts";

/** Quantiles that become edges, besides the tails; a power of two fewer where a table is so wide that all would be more. */
const QUANTILES = 1_024;
const MOST_BINS = 256 * QUANTILES;
const TAILS = [0.0005, 0.0025, 0.005, 0.01, 0.025];

export interface Edges {
  readonly edges: Float64Array;
  readonly shareBelow: Float64Array;
  /** Of each edge the share of the values below it, and half of that equal to it: its mid-rank. */
  readonly middleShare: Float64Array;
}

/**
 * Edges of the bins of a number: the `quantiles` and the outermost 0.05, 0.25, 0.5, 1 and 2.5 % of either side,
 * of the finite values, distinct and ascending; and of each edge the share of these values below it.
 */
export function edgesOf(values: Float64Array, quantiles: number): Edges {
  const sorted = sortedFinite(values);
  const shares = TAILS.flatMap((share) => [share, 1 - share]);
  for (let k = 1; k < quantiles; k++) shares.push(k / quantiles);
  const found = shares.map((share) => sorted[Math.floor(share * sorted.length)]);
  const edges = Float64Array.from(new Set(found.filter((edge) => edge !== undefined))).sort();
  const shareBelow = edges.map((edge) => countBelow(sorted, edge) / sorted.length);
  const middleShare = edges.map(
    (edge, k) => ((shareBelow[k] ?? 0) + countUpTo(sorted, edge) / sorted.length) / 2,
  );
  return { edges, shareBelow, middleShare };
}

/** Into how many quantiles each number of so many columns is cut: every bin is counted in 64 buckets. */
export const quantilesFor = (columns: number): number =>
  Math.max(16, Math.min(QUANTILES, 2 ** Math.floor(Math.log2(MOST_BINS / Math.max(columns, 1)))));

/** The finite values, ascending, without the sign of a zero. */
function sortedFinite(values: Float64Array): Float64Array {
  const finite = new Float64Array(values.length);
  let size = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    if (Number.isFinite(value)) finite[size++] = value + 0;
  }
  return sortNumbers(finite.subarray(0, size));
}

/** How many of ascending values are less than `edge`. */
export const countBelow = (sorted: Float64Array, edge: number): number =>
  firstPlace(sorted, (value) => value >= edge);

/** How many of ascending values are less than `edge`, or equal to it. */
const countUpTo = (sorted: Float64Array, edge: number): number => firstPlace(sorted, (value) => value > edge);

/** The first place whose value is past, where all after it are too. */
function firstPlace(sorted: Float64Array, isPast: (value: number) => boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isPast(sorted[middle] ?? 0)) to = middle;
    else from = middle + 1;
  }
  return from;
}
