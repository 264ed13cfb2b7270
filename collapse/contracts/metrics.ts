import type { Aggregate, RowSample } from "./aggregates.ts";

/** The eight dimensions, in the order of the report. */
export const DIMENSIONS = [
  "distribution_fidelity",
  "correlation_preservation",
  "entropy_stability",
  "gradient_health",
  "loss_landscape",
  "spectral_coherence",
  "generalization_gap",
  "statistical_consistency",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** One number that says how two sets of rows differ. Signed where a direction has a meaning; 0 where they agree. */
export interface MetricKey {
  readonly dimension: Dimension;
  /** `ks`, `tail_low`, `pair_tvd`: stable, snake_case; documented in docs/collapse.md. */
  readonly metric: string;
  /** The variable, or `left × right`; null where it is of the whole table. */
  readonly subject: string | null;
  /** Whether it enters T, the evidence that the sets differ; else it is shown, with an analytic null. */
  readonly inEvidence: boolean;
}

/**
 * Metrics of a pair of aggregates. `measure` writes one number for each key into `into`, from `offset` on; NaN where
 * it cannot be computed. `floorAt` is the analytic standard deviation of each at `s` rows a side (never below 1 / s),
 * as `into`.
 */
export interface Measure {
  readonly keys: readonly MetricKey[];
  measure(reference: Aggregate, other: Aggregate, into: Float64Array, offset: number): void;
  floorAt(s: number, into: Float64Array, offset: number): void;
}

/** Metrics of rows rather than of sums: neighbors and discriminators. Their null comes with them. */
export interface PoolMeasure {
  readonly keys: readonly MetricKey[];
  measure(pool: Pool, draws: PoolDraws): PoolResult;
}

/** At most 2,000 encoded rows of either table. */
export interface Pool {
  readonly width: number;
  readonly reference: RowSample;
  readonly candidate: RowSample;
}

/**
 * Which rows of the pool face each other. Each side is a mask over the 4,000 rows, the reference's first: of the null
 * both sides are the reference's, of the candidate the second is the candidate's.
 */
export interface PoolDraws {
  readonly nulls: readonly PoolDraw[];
  readonly candidates: readonly PoolDraw[];
}
export interface PoolDraw {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

export interface PoolResult {
  /** nulls × keys, draw by draw. */
  readonly nulls: Float64Array;
  /** candidates × keys. */
  readonly candidates: Float64Array;
}

/** A metric beside its null. */
export interface Measured extends MetricKey {
  /** Median over the draws of the candidate. */
  readonly value: number;
  readonly nullMedian: number;
  /** The reference against itself: 2.5 % and 97.5 %. */
  readonly nullLow: number;
  readonly nullHigh: number;
  /** (value − null median) / half-width of the null's middle 68 %, floored. */
  readonly z: number;
}
