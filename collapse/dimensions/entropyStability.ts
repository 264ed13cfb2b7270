import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { shareSd } from "./chance.ts";
import { scoresOf, varianceAt } from "./correlations.ts";
import { binnedRows, type Counted, countedOf, countsOf, sumByCell } from "./counted.ts";
import { type Gauge, type GaugeGroup, measureOf } from "./gauge.ts";
import { scoreKurtosis, shareKurtosis } from "./kurtosis.ts";
import { rarefiedHapaxes, rarefiedRichness } from "./rarefy.ts";
import { scaleOf, varianceOf } from "./scale.ts";

/** D3: is there as much variety as in the reference, or do rows repeat, narrow and forget what is rare? */
export function measureEntropyStability(frame: Frame, reference: Aggregate): Measure {
  const scores = scoresOf(frame);
  const gauges = countedOf(frame, reference).flatMap((counted): (Gauge | GaugeGroup)[] => [
    variety(counted),
    ...(counted.variable.kind === "number"
      ? [scoreVariance(counted, scores[counted.index] ?? -1, reference)]
      : counted.isOrdered
        ? [levelVariance(counted)]
        : []),
  ]);
  return measureOf("entropy_stability", [duplicateExcess(reference), ...gauges]);
}

/**
 * Of the counts per cell:
 * `entropy_change`: change of the entropy in nats, each with Miller's and Madow's correction (1955);
 * `richness`: log ratio of the distinct codes at the size of the smaller set (Hurlbert 1971);
 * `hapax_share`: change of the share of rows whose code no other row has, at the size of the smaller set.
 */
function variety(counted: Counted): GaugeGroup {
  const { cells, cellShare, name: subject } = counted;
  const r = new Float64Array(cells);
  const c = new Float64Array(cells);
  return {
    names: ["entropy_change", "richness", "hapax_share"].map((metric) => ({ metric, subject })),
    write: (reference, other, into, offset) => {
      const [n, m] = [sumByCell(counted, reference, r), sumByCell(counted, other, c)];
      if (n < 1 || m < 1) {
        into.fill(Number.NaN, offset, offset + 3);
        return;
      }
      const drawn = Math.min(n, m);
      into[offset] = entropyOf(c, m) - entropyOf(r, n);
      into[offset + 1] = Math.log(
        rarefiedRichness(c, cells, m, drawn) / rarefiedRichness(r, cells, n, drawn),
      );
      into[offset + 2] = (rarefiedHapaxes(c, cells, m, drawn) - rarefiedHapaxes(r, cells, n, drawn)) / drawn;
    },
    sdsAt: (s) => [entropySd(cellShare, s), richnessSd(cellShare, s), hapaxSd(cellShare, s)],
  };
}

function entropyOf(counts: Float64Array, rows: number): number {
  let sum = 0;
  let classes = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] ?? 0;
    if (count === 0) continue;
    sum += count * Math.log(count);
    classes++;
  }
  return Math.log(rows) - sum / rows + (classes - 1) / (2 * rows);
}

/** The delta method, and the variance of χ² / 2n that is left where all classes are alike. */
function entropySd(share: Float64Array, s: number): number {
  let [mean, square, classes] = [0, 0, 0];
  for (const p of share) {
    if (p === 0) continue;
    mean += p * Math.log(p);
    square += p * Math.log(p) ** 2;
    classes++;
  }
  return Math.sqrt(2 * (Math.max(0, square - mean ** 2) / s + (classes - 1) / (2 * s ** 2)));
}

/** With counts about Poisson of s · p, as for the hapaxes. */
function richnessSd(share: Float64Array, s: number): number {
  let [expected, variance] = [0, 0];
  for (const p of share) {
    const none = Math.exp(-s * p);
    expected += 1 - none;
    variance += none * (1 - none);
  }
  return Math.sqrt(2 * variance) / expected;
}

function hapaxSd(share: Float64Array, s: number): number {
  let variance = 0;
  for (const p of share) {
    const once = s * p * Math.exp(-s * p);
    variance += once * (1 - once);
  }
  return Math.sqrt(2 * variance) / s;
}

/** Change of the share of rows that repeat another in every column. Above 0, rows were copied. */
function duplicateExcess(reference: Aggregate): Gauge {
  const share = reference.rows > 0 ? reference.duplicates / reference.rows : 0;
  return {
    metric: "duplicate_excess",
    subject: null,
    value: (left, right) => right.duplicates / right.rows - left.duplicates / left.rows,
    sdAt: (s) => shareSd(Math.min(1, share), s),
  };
}

/** Variances below this are a constant's. */
const CONSTANT = 1e-12;

const logRatio = (other: number, reference: number): number =>
  other > CONSTANT && reference > CONSTANT ? Math.log(other / reference) : Number.NaN;

const logVarianceSd = (kurtosis: number, s: number): number =>
  Math.sqrt((Math.max(1, kurtosis) - 1) * (2 / s));

/** Log ratio of the variances of a number's normal score, which is linear beyond the outermost edges. */
function scoreVariance(counted: Counted, feature: number, reference: Aggregate): Gauge {
  const kurtosis = scoreKurtosis(counted, reference);
  return {
    metric: "log_variance_ratio",
    subject: counted.name,
    value: (left, right) =>
      feature < 0 ? Number.NaN : logRatio(varianceAt(right, feature), varianceAt(left, feature)),
    sdAt: (s) => logVarianceSd(kurtosis, s),
  };
}

/** Log ratio of the variances of levels that are numbers. */
function levelVariance(counted: Counted): Gauge {
  const { middle } = scaleOf(counted);
  const share = new Float64Array(counted.bins);
  const varianceOfRows = (aggregate: Aggregate): number => {
    const counts = countsOf(counted, aggregate);
    const rows = binnedRows(counted, aggregate);
    if (rows < 2) return Number.NaN;
    for (let level = 0; level < share.length; level++) share[level] = (counts[level] ?? 0) / rows;
    return (varianceOf(share, middle) * rows) / (rows - 1);
  };
  const kurtosis = shareKurtosis(counted.share, middle);
  return {
    metric: "log_variance_ratio",
    subject: counted.name,
    value: (left, right) => logRatio(varianceOfRows(right), varianceOfRows(left)),
    sdAt: (s) => logVarianceSd(kurtosis, s),
  };
}
