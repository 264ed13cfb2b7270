import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { normalCdf } from "../numerics/normal.ts";
import { correlationAt } from "./correlations.ts";
import { coreFeatures } from "./features.ts";
import { type GaugeGroup, measureOf } from "./gauge.ts";
import { type Spectrum, spectrumOf } from "./linear.ts";

/** Directions that hold less of a unit of variance than this are empty: features that add up to one another. */
const EMPTY = 1e-4;
/** Share of the variance that the compared subspace holds. */
const HELD = 0.9;

/** D6: does the table spread over the same directions, the smallest as much as the largest? */
export function measureSpectralCoherence(frame: Frame, reference: Aggregate): Measure {
  return measureOf("spectral_coherence", [spectra(frame, reference)]);
}

/**
 * Of the correlation matrices of the features:
 * `log_eigenvalue_rms`: root mean square of the differences of the logarithms of the eigenvalues;
 * `effective_rank`: log ratio of exp(entropy of the eigenvalues' shares) (Roy and Vetterli 2007);
 * `subspace_overlap`: |U'V|² / k of the first k directions, that hold 90 % of the reference's variance, less 1;
 * `eigenvalues_over_edge`: change of the number of eigenvalues above (1 + √(d / n))² (Marchenko and Pastur 1967).
 */
function spectra(frame: Frame, reference: Aggregate): GaugeGroup {
  const features = coreFeatures(frame, reference);
  const width = features.length;
  const matrix = new Float64Array(width * width);
  const whole = width < 2 ? null : spectrumOf(fillCorrelations(reference, features, matrix), width);
  const held = whole ? directionsHolding(whole.values, HELD) : 0;
  return {
    names: ["log_eigenvalue_rms", "effective_rank", "subspace_overlap", "eigenvalues_over_edge"].map(
      (metric) => ({
        metric,
        subject: null,
      }),
    ),
    write: (left, right, into, offset) => {
      if (width < 2 || left.rows < 3 || right.rows < 3) {
        into.fill(Number.NaN, offset, offset + 4);
        return;
      }
      const r = spectrumOf(fillCorrelations(left, features, matrix), width);
      const c = spectrumOf(fillCorrelations(right, features, matrix), width);
      into[offset] = logDistance(r.values, c.values);
      into[offset + 1] = logEffectiveRank(c.values) - logEffectiveRank(r.values);
      into[offset + 2] = held === width ? Number.NaN : overlap(r, c, held) - 1;
      into[offset + 3] = countOverEdge(c.values, right.rows) - countOverEdge(r.values, left.rows);
    },
    sdsAt: (s) => (whole ? sdsOf(whole.values, held, s) : [0, 0, 0, 0]),
  };
}

/** A feature that is constant here stands for itself. */
function fillCorrelations(
  aggregate: Aggregate,
  features: readonly number[],
  into: Float64Array,
): Float64Array {
  const width = features.length;
  for (let a = 0; a < width; a++) {
    into[a * width + a] = 1;
    for (let b = 0; b < a; b++) {
      const correlation = correlationAt(aggregate, features[a] ?? 0, features[b] ?? 0);
      const entry = Number.isNaN(correlation) ? 0 : correlation;
      into[a * width + b] = entry;
      into[b * width + a] = entry;
    }
  }
  return into;
}

function logDistance(r: Float64Array, c: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < r.length; k++) sum += Math.log(((c[k] ?? 0) + EMPTY) / ((r[k] ?? 0) + EMPTY)) ** 2;
  return Math.sqrt(sum / r.length);
}

/** The eigenvalues of a correlation matrix add up to its width. */
function logEffectiveRank(values: Float64Array): number {
  let entropy = 0;
  for (const value of values)
    if (value > 0) entropy -= (value / values.length) * Math.log(value / values.length);
  return entropy;
}

function directionsHolding(values: Float64Array, share: number): number {
  let sum = 0;
  let k = 0;
  while (k < values.length && sum < share * values.length - 1e-9) sum += values[k++] ?? 0;
  return k;
}

function overlap(r: Spectrum, c: Spectrum, k: number): number {
  const rows = r.values.length;
  let sum = 0;
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) {
      let product = 0;
      for (let row = 0; row < rows; row++)
        product += (r.vectors[a * rows + row] ?? 0) * (c.vectors[b * rows + row] ?? 0);
      sum += product * product;
    }
  return sum / k;
}

const edgeOf = (width: number, rows: number): number => (1 + Math.sqrt(width / rows)) ** 2;

function countOverEdge(values: Float64Array, rows: number): number {
  const edge = edgeOf(values.length, rows);
  let count = 0;
  for (const value of values) if (value > edge) count++;
  return count;
}

/** A whole number has no finer deviation than half of one. */
const COUNT_SD = 0.5;

/**
 * By perturbation (Anderson 1963): an eigenvalue l of s normal rows has variance 2 l² / s, and direction i leans
 * towards j by l_i l_j / (s (l_i − l_j)²).
 */
function sdsOf(values: Float64Array, held: number, s: number): readonly number[] {
  const width = values.length;
  let [rank, leaning, over] = [0, 0, 0];
  for (let i = 0; i < width; i++) {
    const value = values[i] ?? 0;
    const share = value / width;
    if (share > 0) rank += (share * (Math.log(share) + logEffectiveRank(values))) ** 2;
    const above = value > 0 ? normalCdf((value - edgeOf(width, s)) / (value * Math.sqrt(2 / s))) : 0;
    over += above * (1 - above);
    for (let j = held; i < held && j < width; j++) {
      const other = values[j] ?? 0;
      // Directions as good as equal mix freely: the variance of cos² is then 1/8.
      leaning += Math.min(0.25, (2 * value * other) / (s * (value - other) ** 2)) ** 2;
    }
  }
  return [
    Math.sqrt(2 / (s * width)),
    Math.sqrt((4 / s) * rank),
    Math.sqrt(2 * leaning) / Math.max(1, held),
    Math.max(COUNT_SD, Math.sqrt(2 * over)),
  ];
}
