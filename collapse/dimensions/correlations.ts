import type { Aggregate, Frame } from "../contracts/aggregates.ts";

/** Beyond this a correlation counts as perfect: atanh stays finite and rounding errors out of it. */
const PERFECT = 1 - 1e-6;
/** Variances of encoded numbers below this are those of a constant. */
const CONSTANT = 1e-12;

/** The feature of each variable's normal score; −1 where it has none: levels, and numbers that are all one. */
export function scoresOf(frame: Frame): readonly number[] {
  return frame.variables.map((_, index) => frame.encoding.encoders[index]?.scoreFeature ?? -1);
}

/** Sample variance of an encoded number; NaN of fewer than two rows. */
export function varianceAt(aggregate: Aggregate, feature: number): number {
  const square = aggregate.comoment[feature * aggregate.mean.length + feature] ?? Number.NaN;
  return aggregate.rows < 2 ? Number.NaN : square / (aggregate.rows - 1);
}

/** Pearson's correlation of two encoded numbers; NaN where either is constant. */
export function correlationAt(aggregate: Aggregate, i: number, j: number): number {
  const { comoment, rows } = aggregate;
  const width = aggregate.mean.length;
  const a = comoment[i * width + i] ?? 0;
  const b = comoment[j * width + j] ?? 0;
  const least = CONSTANT * (rows - 1);
  if (!(rows > 1 && a > least && b > least)) return Number.NaN;
  const correlation = (comoment[i * width + j] ?? 0) / Math.sqrt(a * b);
  return correlation > 1 ? 1 : correlation < -1 ? -1 : correlation;
}

/** atanh of a correlation (Fisher 1921). */
export function fisher(correlation: number): number {
  return Math.atanh(Math.min(PERFECT, Math.max(-PERFECT, correlation)));
}

/** Variance of the difference of two such numbers by chance. */
export const fisherVariance = (n: number, m: number): number =>
  n > 3 && m > 3 ? 1 / (n - 3) + 1 / (m - 3) : Number.NaN;
