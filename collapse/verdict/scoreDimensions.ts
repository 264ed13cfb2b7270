import { DIMENSIONS, type Dimension, type Measured } from "../contracts/metrics.ts";

export interface DimensionScore {
  readonly score: number | null;
  readonly status: "ok" | "warn" | "bad" | "not_computable";
}

/**
 * Half-widths beyond the null, at 1,000 rows a side, that halve a score. Chosen by looking at public tables; what an
 * excess costs a model will say it once the benchmark has measured that.
 */
const HALVES = 12;
const ROWS_OF_SCALE = 1_000;
const OK_FROM = 70;
const WARN_FROM = 50;

/**
 * Scores each dimension by its three largest excesses: 100 · 2^(−mean excess), 100 at the null. Widths shrink with the
 * root of the rows, so excesses are put to what they would be at 1,000 rows a side: a score says how much differs, not
 * how surely.
 */
export function scoreDimensions(
  measured: readonly Measured[],
  rowsASide: number,
): ReadonlyMap<Dimension, DimensionScore> {
  const scale = HALVES * Math.sqrt(rowsASide / ROWS_OF_SCALE);
  return new Map(
    DIMENSIONS.map((dimension) => {
      const excesses = measured
        .filter((metric) => metric.dimension === dimension && Number.isFinite(metric.z))
        .map((metric) => excessOf(metric) / scale)
        .sort((a, b) => b - a);
      return [dimension, scored(excesses.slice(0, 3))];
    }),
  );
}

function scored(worst: readonly number[]): DimensionScore {
  if (worst.length === 0) return { score: null, status: "not_computable" };
  const score = 100 * 2 ** (-worst.reduce((sum, excess) => sum + excess, 0) / worst.length);
  return { score, status: score >= OK_FROM ? "ok" : score >= WARN_FROM ? "warn" : "bad" };
}

/** How many half-widths a metric lies beyond the middle 95 % of its null; 0 within. */
export function excessOf({ value, nullMedian, nullLow, nullHigh, z }: Measured): number {
  const beyond = value > nullHigh ? value - nullHigh : value < nullLow ? value - nullLow : 0;
  return beyond === 0 ? 0 : Math.abs((beyond * z) / (value - nullMedian));
}
