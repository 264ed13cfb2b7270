/** Quantiles that become edges, besides the tails. */
const QUANTILES = 1_024;
const TAILS = [0.0005, 0.0025, 0.005, 0.01, 0.025];

export interface Edges {
  readonly edges: Float64Array;
  readonly shareBelow: Float64Array;
  /** Of each edge the share of the values below it, and half of that equal to it: its mid-rank. */
  readonly middleShare: Float64Array;
}

/**
 * Edges of the bins of a number: quantiles k / 1,024 and the outermost 0.05, 0.25, 0.5, 1 and 2.5 % of either side,
 * of the finite values, distinct and ascending; and of each edge the share of these values below it.
 */
export function edgesOf(values: Float64Array): Edges {
  const sorted = sortedFinite(values);
  const shares = TAILS.flatMap((share) => [share, 1 - share]);
  for (let k = 1; k < QUANTILES; k++) shares.push(k / QUANTILES);
  const found = shares.map((share) => sorted[Math.floor(share * sorted.length)]);
  const edges = Float64Array.from(new Set(found.filter((edge) => edge !== undefined))).sort();
  const shareBelow = edges.map((edge) => countBelow(sorted, edge) / sorted.length);
  const middleShare = edges.map(
    (edge, k) => ((shareBelow[k] ?? 0) + countUpTo(sorted, edge) / sorted.length) / 2,
  );
  return { edges, shareBelow, middleShare };
}

/** The finite values, ascending, without the sign of a zero. */
function sortedFinite(values: Float64Array): Float64Array {
  const finite = new Float64Array(values.length);
  let size = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    if (Number.isFinite(value)) finite[size++] = value + 0;
  }
  return finite.subarray(0, size).sort();
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
