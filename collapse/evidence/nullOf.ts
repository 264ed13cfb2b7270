import { quantileOf, sortedFinite } from "./quantile.ts";

/** What a metric is where nothing differs. */
export interface Null {
  readonly median: number;
  /** What a value below the median, and one above it, is measured in; never less than the floor. */
  readonly below: number;
  readonly above: number;
}

/** Fewer finite draws than half are no null. */
const FINITE_AT_LEAST = 0.5;
const UNKNOWN: Null = { median: Number.NaN, below: Number.NaN, above: Number.NaN };

/**
 * Median and half-widths of the draws of one metric: half of the middle 68 %; or, on the side where that is more,
 * half of the way to 97.5 %. Both are the same where draws are normal. Where they are skewed, as sums of squares
 * are, the first alone would let a few metrics of hundreds drive T, and hide what the others see: on three public tables
 * 95 % of the nulls' T lay below 5.5 to 6.7, and lie below 4.3 to 5.4 so.
 *
 * A metric whose draws hardly ever differ from one another has a width of about zero, and every trifle would be
 * infinitely far from it: `floor` is the least that so many rows can tell.
 */
export function nullOf(draws: Float64Array, floor: number): Null {
  const sorted = sortedFinite(draws);
  if (sorted.length < FINITE_AT_LEAST * draws.length || sorted.length === 0) return UNKNOWN;
  const median = quantileOf(sorted, 0.5);
  const middle = Math.max((quantileOf(sorted, 0.84) - quantileOf(sorted, 0.16)) / 2, floor);
  return {
    median,
    below: Math.max(middle, (median - quantileOf(sorted, 0.025)) / 2),
    above: Math.max(middle, (quantileOf(sorted, 0.975) - median) / 2),
  };
}

/** How many half-widths `value` lies from the median; NaN where there is no null. */
export const zOf = (value: number, { median, below, above }: Null): number =>
  (value - median) / (value < median ? below : above);
