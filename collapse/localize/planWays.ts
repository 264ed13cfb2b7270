import type { Measured } from "../contracts/metrics.ts";
import type { Way } from "./rowScores.ts";

/** Half-widths of the null from which on a metric speaks. */
const CLEAR = 3;
/** Of many pairs one is this far out by chance. */
const CLEAR_OF_MANY = 4;

const OF_PAIRS = [
  "fisher_excess",
  "correlation_frobenius",
  "correlation_of_correlations",
  "strong_pairs_lost",
  "pair_tvd_excess",
  "correlation_change",
  "cramer_v_change",
  "eta_squared_change",
  "log_eigenvalue_rms",
];

/**
 * The ways of looking for rows, the likeliest first: rows that repeat, that crowd, that lie nearer to the middle, whose
 * columns do not go together, and last whatever a discriminator can tell. What the evidence shows comes first, in this
 * order; what it does not show may still lie in few rows, and comes last.
 */
export function planWays(measured: readonly Measured[]): readonly Way[] {
  const zOf = (names: readonly string[]): readonly number[] =>
    measured.filter(({ metric, z }) => names.includes(metric) && Number.isFinite(z)).map(({ z }) => z);
  const most = (names: readonly string[]): number => Math.max(0, ...zOf(names));
  const least = (names: readonly string[]): number => Math.min(0, ...zOf(names));
  const shown: readonly (readonly [Way, boolean])[] = [
    ["copies", most(["duplicate_excess"]) > CLEAR],
    ["crowding", least(["nn1_ratio"]) < -CLEAR],
    ["shrinkage", least(["log_variance_ratio"]) < -CLEAR],
    ["joint", Math.max(most(OF_PAIRS), -least(OF_PAIRS)) > CLEAR_OF_MANY],
    ["discriminator", true],
  ];
  return [...shown.filter(([, is]) => is), ...shown.filter(([, is]) => !is)].map(([way]) => way);
}
