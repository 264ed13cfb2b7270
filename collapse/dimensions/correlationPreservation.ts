import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { normalCdf } from "../numerics/normal.ts";
import { correlationAt, fisher, fisherVariance, scoresOf } from "./correlations.ts";
import { type GaugeGroup, measureOf } from "./gauge.ts";
import { pairGauges } from "./pairGauges.ts";

/** A correlation of the reference counts as strong from here on. */
const STRONG = 0.3;
/** Mean and variance of max(0, χ²₁ − 1): 2 φ(1), and 4 (φ(1) + Q(1)) less its square. */
const DENSITY_AT_ONE = Math.exp(-0.5) / Math.sqrt(2 * Math.PI);
const EXCESS_MEAN = 2 * DENSITY_AT_ONE;
const EXCESS_VARIANCE = 4 * (DENSITY_AT_ONE + normalCdf(-1)) - EXCESS_MEAN ** 2;

/** D2: do columns still depend on each other as in the reference? Over all pairs of numbers, and pair by pair. */
export function measureCorrelationPreservation(frame: Frame, reference: Aggregate): Measure {
  return measureOf("correlation_preservation", [
    correlationMatrix(frame, reference),
    ...pairGauges(frame, reference),
  ]);
}

/**
 * Four numbers of the two correlation matrices:
 * `fisher_excess`: root mean of max(0, q² − var), q the difference of Fisher's z;
 * `correlation_frobenius`: Frobenius norm of the difference;
 * `correlation_of_correlations`: correlation of their entries, less 1;
 * `strong_pairs_lost`: share of the reference's pairs of |r| > 0.3 that kept less than half of it.
 */
function correlationMatrix(frame: Frame, reference: Aggregate): GaugeGroup {
  const pairs = pairsOf(
    scoresOf(frame).filter((feature) => feature >= 0),
    reference,
  );
  const strong = Uint8Array.from(pairs, ({ correlation }) => (Math.abs(correlation) > STRONG ? 1 : 0));
  const r = new Float64Array(pairs.length);
  const c = new Float64Array(pairs.length);
  return {
    names: ["fisher_excess", "correlation_frobenius", "correlation_of_correlations", "strong_pairs_lost"].map(
      (metric) => ({ metric, subject: null }),
    ),
    write: (left, right, into, offset) => {
      pairs.forEach(({ i, j }, pair) => {
        r[pair] = correlationAt(left, i, j);
        c[pair] = correlationAt(right, i, j);
      });
      into[offset] = fisherExcess(r, c, fisherVariance(left.rows, right.rows));
      into[offset + 1] = frobenius(r, c);
      into[offset + 2] = correlationOf(r, c) - 1;
      into[offset + 3] = shareLost(r, c, strong);
    },
    sdsAt: (s) =>
      matrixSds(
        pairs.map(({ correlation }) => correlation),
        s,
      ),
  };
}

interface Correlated {
  readonly i: number;
  readonly j: number;
  readonly correlation: number;
}

function pairsOf(features: readonly number[], reference: Aggregate): readonly Correlated[] {
  return features
    .flatMap((i, place) =>
      features.slice(place + 1).map((j) => ({ i, j, correlation: correlationAt(reference, i, j) })),
    )
    .filter(({ correlation }) => !Number.isNaN(correlation));
}

function fisherExcess(r: Float64Array, c: Float64Array, variance: number): number {
  let sum = 0;
  let pairs = 0;
  for (let pair = 0; pair < r.length; pair++) {
    const q = fisher(r[pair] ?? 0) - fisher(c[pair] ?? 0);
    if (Number.isNaN(q)) continue;
    sum += Math.max(0, q * q - variance);
    pairs++;
  }
  return Math.sqrt(sum / pairs);
}

function frobenius(r: Float64Array, c: Float64Array): number {
  let sum = 0;
  let pairs = 0;
  for (let pair = 0; pair < r.length; pair++) {
    const difference = (r[pair] ?? 0) - (c[pair] ?? 0);
    if (Number.isNaN(difference)) continue;
    // Either half of the matrix.
    sum += 2 * difference * difference;
    pairs++;
  }
  return pairs > 0 ? Math.sqrt(sum) : Number.NaN;
}

function correlationOf(r: Float64Array, c: Float64Array): number {
  let pairs = 0;
  let meanR = 0;
  let meanC = 0;
  for (let pair = 0; pair < r.length; pair++) {
    if (Number.isNaN((r[pair] ?? 0) + (c[pair] ?? 0))) continue;
    pairs++;
    meanR += ((r[pair] ?? 0) - meanR) / pairs;
    meanC += ((c[pair] ?? 0) - meanC) / pairs;
  }
  let [both, rr, cc] = [0, 0, 0];
  for (let pair = 0; pair < r.length; pair++) {
    const [a, b] = [(r[pair] ?? 0) - meanR, (c[pair] ?? 0) - meanC];
    if (Number.isNaN(a + b)) continue;
    both += a * b;
    rr += a * a;
    cc += b * b;
  }
  return pairs < 3 ? Number.NaN : both / Math.sqrt(rr * cc);
}

/** A pair is lost where less than half of its correlation is left, or one of its columns became constant. */
function shareLost(r: Float64Array, c: Float64Array, strong: Uint8Array): number {
  let pairs = 0;
  let lost = 0;
  for (let pair = 0; pair < r.length; pair++) {
    const was = r[pair] ?? 0;
    if (strong[pair] !== 1 || Number.isNaN(was)) continue;
    pairs++;
    const kept = (c[pair] ?? 0) * Math.sign(was) >= Math.abs(was) / 2;
    if (!kept) lost++;
  }
  return lost / pairs;
}

/** By chance, pairs taken as independent: their dependence is the null's to measure, this is its floor. */
function matrixSds(correlations: readonly number[], s: number): readonly number[] {
  const pairs = correlations.length;
  const variance = fisherVariance(s, s);
  const excess = Math.sqrt(variance * (EXCESS_VARIANCE / pairs)) / (2 * Math.sqrt(EXCESS_MEAN));
  const variances = correlations.map((r) => ((1 - r * r) ** 2 * 2) / s);
  const sum = variances.reduce((total, v) => total + v, 0);
  const squares = variances.reduce((total, v) => total + v * v, 0);
  const norm = Math.sqrt((8 * squares) / (8 * sum));
  const mean = correlations.reduce((total, r) => total + r, 0) / pairs;
  const spread = correlations.reduce((total, r) => total + (r - mean) ** 2, 0) / pairs;
  const agreement = spread / (spread + sum / pairs / 2);
  const strong = correlations.filter((r) => Math.abs(r) > STRONG);
  const lossVariance = strong.reduce((total, r) => {
    const p = normalCdf((fisher(r / 2) - fisher(r)) * Math.sign(r) * Math.sqrt(1 / variance));
    return total + p * (1 - p);
  }, 0);
  return [excess, norm, (1 - agreement ** 2) / Math.sqrt(pairs), Math.sqrt(lossVariance) / strong.length];
}
