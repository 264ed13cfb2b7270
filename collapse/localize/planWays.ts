import type { Evidence } from "../evidence/measureEvidence.ts";
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

const OF_COLUMNS = ["ks", "w1", "tvd_excess", "chi_square", "entropy_change", "constraint_violations"];

/** Chance that real rows differ as much, from which on nothing says that the candidate does. */
const LIKE_REAL = 0.1;

/** Ways of looking for rows: those that the evidence points to, the likeliest first, and all others. */
export interface WaysPlan {
  readonly likely: readonly Way[];
  readonly others: readonly Way[];
}

/**
 * Whether rows are to be looked for that repeat, that crowd, that lie nearer to the middle, or whose columns do not go
 * together: what the evidence shows comes first, in this order, and a discriminator where single columns are off. Of a candidate that seems to be real only copies and
 * broken rows are looked for: a few of them change nothing of the whole.
 */
export function planWays({ measured, p }: Pick<Evidence, "measured" | "p">): WaysPlan {
  if (p >= LIKE_REAL) return { likely: ["copies", "joint"], others: [] };
  const zOf = (names: readonly string[]): readonly number[] =>
    measured.filter(({ metric, z }) => names.includes(metric) && Number.isFinite(z)).map(({ z }) => z);
  const most = (names: readonly string[]): number => Math.max(0, ...zOf(names));
  const least = (names: readonly string[]): number => Math.min(0, ...zOf(names));
  const shown: readonly (readonly [Way, boolean])[] = [
    ["copies", true],
    ["crowding", least(["nn1_ratio"]) < -CLEAR],
    ["shrinkage", least(["log_variance_ratio"]) < -CLEAR],
    ["joint", Math.max(most(OF_PAIRS), -least(OF_PAIRS)) > CLEAR_OF_MANY],
    ["discriminator", Math.max(most(OF_COLUMNS), -least(OF_COLUMNS)) > CLEAR_OF_MANY],
  ];
  const waysOf = (wanted: boolean): readonly Way[] =>
    shown.filter(([, is]) => is === wanted).map(([way]) => way);
  return { likely: waysOf(true), others: waysOf(false) };
}
