import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { shareSd } from "./chance.ts";
import { binnedRows, type Counted, countedOf, countsOf, presentRows, sumByGroup } from "./counted.ts";
import { type Gauge, measureOf } from "./gauge.ts";

/** D8: do the classical tests and the rules of the reference (range, missing values, rounding) still hold? */
export function measureStatisticalConsistency(frame: Frame, reference: Aggregate): Measure {
  const gauges = countedOf(frame, reference).flatMap((counted): Gauge[] => [
    chiSquare(counted),
    ...(counted.isOrdered ? [andersonDarling(counted), mannWhitney(counted)] : []),
    constraintViolations(counted, reference),
    missingRate(counted, reference),
    ...(counted.variable.kind === "number" ? [roundingGrid(counted, reference, frame)] : []),
  ]);
  return measureOf("statistical_consistency", gauges);
}

/** (χ² − degrees of freedom) (1/n + 1/m), an effect whatever the rows (Pearson 1900), over at most 64 classes and `unseen`. */
function chiSquare(counted: Counted): Gauge {
  const r = new Float64Array(counted.groups);
  const c = new Float64Array(counted.groups);
  const classes = counted.groupShare.reduce((count, p) => count + (p > 0 ? 1 : 0), 0);
  return {
    metric: "chi_square",
    subject: counted.name,
    value: (reference, other) => {
      const n = sumByGroup(counted, reference, r);
      const m = sumByGroup(counted, other, c);
      if (n < 1 || m < 1) return Number.NaN;
      const [scaleR, scaleC] = [Math.sqrt(m / n), Math.sqrt(n / m)];
      let sum = 0;
      let held = 0;
      for (let group = 0; group < r.length; group++) {
        const both = (r[group] ?? 0) + (c[group] ?? 0);
        if (both === 0) continue;
        held++;
        sum += (scaleR * (r[group] ?? 0) - scaleC * (c[group] ?? 0)) ** 2 / both;
      }
      return held < 2 ? Number.NaN : (sum - (held - 1)) * (1 / n + 1 / m);
    },
    sdAt: (s) => Math.sqrt(2 * (classes - 1)) * (2 / s),
  };
}

/** Variance of the two-sample statistic for many rows: 2 (π² − 9) / 3 (Anderson and Darling 1952). */
const ANDERSON_DARLING_SD = Math.sqrt((2 * (Math.PI ** 2 - 9)) / 3);

/** (A² − 1) (1/n + 1/m), an effect whatever the rows: the k-sample statistic of Scholz and Stephens (1987, eq. 7, ties at midranks), k = 2. */
function andersonDarling(counted: Counted): Gauge {
  return {
    metric: "anderson_darling",
    subject: counted.name,
    value: (reference, other) => {
      const [r, c] = [countsOf(counted, reference), countsOf(counted, other)];
      const [n, m] = [binnedRows(counted, reference), binnedRows(counted, other)];
      if (n < 1 || m < 1 || counted.bins < 2) return Number.NaN;
      const rows = n + m;
      let [belowR, below, sum] = [0, 0, 0];
      for (let bin = 0; bin < counted.bins; bin++) {
        const inR = r[bin] ?? 0;
        const inBoth = inR + (c[bin] ?? 0);
        if (inBoth === 0) continue;
        const midR = belowR + inR / 2;
        const mid = below + inBoth / 2;
        const weight = mid * (rows - mid) - (rows * inBoth) / 4;
        // Of two sets the deviations are each other's opposites: one of them tells both.
        const deviation = rows * midR - n * mid;
        if (weight > 0) sum += ((inBoth / rows) * deviation * deviation) / weight;
        belowR += inR;
        below += inBoth;
      }
      const perPair = 1 / n + 1 / m;
      return (((rows - 1) / rows) * sum * perPair - 1) * perPair;
    },
    sdAt: (s) => ANDERSON_DARLING_SD * (2 / s),
  };
}

/**
 * Share of couples in which the other set's value is the larger, ties as half, less ½ (Mann and Whitney 1947): above
 * 0, values have moved up.
 */
function mannWhitney(counted: Counted): Gauge {
  const ties = counted.share.reduce((sum, p) => sum + p ** 3, 0);
  return {
    metric: "mann_whitney",
    subject: counted.name,
    value: (reference, other) => {
      const [r, c] = [countsOf(counted, reference), countsOf(counted, other)];
      const [n, m] = [binnedRows(counted, reference), binnedRows(counted, other)];
      if (n < 1 || m < 1 || counted.bins < 2) return Number.NaN;
      let below = 0;
      let sum = 0;
      for (let bin = 0; bin < counted.bins; bin++) {
        const inR = r[bin] ?? 0;
        sum += (c[bin] ?? 0) * (below + inR / 2);
        below += inR;
      }
      return sum / (n * m) - 0.5;
    },
    sdAt: (s) => Math.sqrt(((2 * s + 1) / (12 * s * s)) * Math.max(0, 1 - ties)),
  };
}

/** The outermost rows of either side that make an edge of the range: fewer, and fresh real rows pass it by chance. */
const ROWS_OF_RANGE = 5;

/**
 * Change of the share of values outside the reference's: beyond the outermost edges that five of its rows lie beyond,
 * or levels it never had. Of these no draw of the reference has any; fresh real rows have as many as the reference has
 * levels of one row (Good and Turing 1953), which its width must hold.
 */
function constraintViolations(counted: Counted, reference: Aggregate): Gauge {
  const isNumber = counted.variable.kind === "number";
  const range = rangeOf(counted, reference);
  const shareOutside = (aggregate: Aggregate): number => {
    const counts = countsOf(counted, aggregate);
    let outside = isNumber ? 0 : (counts[counted.unseen] ?? 0);
    if (isNumber) {
      for (let bin = 0; bin < range.from; bin++) outside += counts[bin] ?? 0;
      for (let bin = range.to; bin < counted.bins; bin++) outside += counts[bin] ?? 0;
    }
    return outside / presentRows(counted, aggregate);
  };
  const expected = shareOutside(reference);
  const single = countsOf(counted, reference)
    .subarray(0, counted.bins)
    .filter((count) => count === 1).length;
  const fresh = isNumber ? 0 : single / Math.max(1, reference.rows);
  // A number without bins between its edges has no outside; a single level has.
  const isKnown = isNumber ? range.from < range.to : counted.bins > 0;
  return {
    metric: "constraint_violations",
    subject: counted.name,
    value: (left, right) => (isKnown ? shareOutside(right) - shareOutside(left) : Number.NaN),
    sdAt: (s) => shareSd(Math.max(expected, fresh), s) + fresh,
  };
}

/** The bins of a number's range: `from` up to, and without, `to`. */
function rangeOf({ below, bins }: Counted, { rows }: Aggregate): { from: number; to: number } {
  const first = below.findIndex((share) => share * rows >= ROWS_OF_RANGE);
  const last = below.findLastIndex((share) => (1 - share) * rows >= ROWS_OF_RANGE);
  return first < 0 || last < 0 ? { from: bins, to: 0 } : { from: first + 1, to: last + 1 };
}

/** Change of the share of rows without a value. */
function missingRate(counted: Counted, reference: Aggregate): Gauge {
  const shareMissing = (aggregate: Aggregate): number =>
    (countsOf(counted, aggregate)[counted.missing] ?? 0) / aggregate.rows;
  const expected = shareMissing(reference);
  return {
    metric: "missing_rate_change",
    subject: counted.name,
    value: (left, right) => shareMissing(right) - shareMissing(left),
    sdAt: (s) => shareSd(expected, s),
  };
}

/** Change of the share of values on the reference's grid of rounding; NaN where it has none. Below 0, it is broken. */
function roundingGrid(counted: Counted, reference: Aggregate, frame: Frame): Gauge {
  const hasGrid = (frame.grids[counted.index] ?? 0) > 0;
  const shareOnGrid = (aggregate: Aggregate): number =>
    (aggregate.onGrid[counted.index] ?? 0) / presentRows(counted, aggregate);
  const expected = shareOnGrid(reference);
  return {
    metric: "rounding_grid",
    subject: counted.name,
    value: (left, right) => (hasGrid ? shareOnGrid(right) - shareOnGrid(left) : Number.NaN),
    sdAt: (s) => shareSd(Math.min(1, expected), s),
  };
}
