import type { Measured } from "../contracts/metrics.ts";

type Said = Pick<Measured, "metric" | "subject" | "value" | "nullMedian" | "nullLow" | "nullHigh">;
type Say = (found: Said) => string;

/** What a metric found, in one plain sentence: `age`: the lowest 0.5 % of real values have 71 % fewer rows. */
export function sayFinding(found: Said): string {
  const sentence = (SENTENCES.get(found.metric) ?? sayPlainly)(found);
  return found.subject === null
    ? `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
    : `\`${found.subject}\`: ${sentence}.`;
}

const number = (value: number): string => String(Number(value.toPrecision(2)));
const percent = (share: number): string => `${number(100 * Math.abs(share))} %`;

/** A ratio is said as its change, from twice as many on as a factor. */
function fewerOrMore(ratio: number): string {
  if (ratio >= 2) return `${number(ratio)} times as many`;
  return ratio < 1 ? `${percent(1 - ratio)} fewer` : `${percent(ratio - 1)} more`;
}

const sayPlainly: Say = ({ metric, value, nullLow, nullHigh }) =>
  `${metric.replaceAll("_", " ")} is ${number(value)}; real rows beside real rows give ${number(nullLow)} to ${number(nullHigh)}`;

const tail =
  (side: "lowest" | "highest", share: string): Say =>
  ({ value }) =>
    `the ${side} ${share} % of real values have ${fewerOrMore(Math.exp(value))} rows`;

const upOr = (value: number, up: string, down: string): string => (value > 0 ? up : down);

const fewerDifferent =
  (what: string): Say =>
  ({ value }) =>
    `there are ${fewerOrMore(Math.exp(value))} different ${what}, in as many words`;

/** The sentence of each metric of the dimensions; one that is not here is said with its name. */
const SENTENCES: ReadonlyMap<string, Say> = new Map<string, Say>([
  ["ks", ({ value }) => `the share of rows below some value is off by ${percent(value)}`],
  [
    "w1",
    ({ value }) =>
      `values would have to move by ${number(value)} standard deviations on average to lie as real ones do`,
  ],
  ["tail_low_0_5", tail("lowest", "0.5")],
  ["tail_low_2_5", tail("lowest", "2.5")],
  ["tail_high_0_5", tail("highest", "0.5")],
  ["tail_high_2_5", tail("highest", "2.5")],
  ["tvd_excess", ({ value }) => `${percent(value)} of the rows lie where real ones would not`],
  [
    "coverage",
    ({ value }) =>
      `${percent(value)} of the real rows lie in bins or levels that are ${upOr(value, "fuller", "empty")} here`,
  ],
  [
    "fisher_excess",
    ({ value }) => `correlations are off by ${number(value)} (Fisher's z) over all pairs of columns`,
  ],
  [
    "correlation_frobenius",
    ({ value }) => `the matrix of correlations is off by ${number(value)} (Frobenius norm)`,
  ],
  [
    "correlation_of_correlations",
    ({ value }) => `the pattern of correlations agrees to ${number(1 + value)} instead of 1`,
  ],
  [
    "strong_pairs_lost",
    ({ value }) => `${percent(value)} of the strongly correlated pairs have lost at least half of it`,
  ],
  [
    "pair_tvd_excess",
    ({ value }) => `${percent(value)} of the rows combine the two columns as real ones do not`,
  ],
  [
    "correlation_change",
    ({ value }) =>
      `the two columns depend on each other ${upOr(value, "more", "less")} than in real rows (Fisher's z ${number(value)})`,
  ],
  [
    "cramer_v_change",
    ({ value }) =>
      `the two columns depend on each other ${upOr(value, "more", "less")} than in real rows (Cramér's V ${number(value)})`,
  ],
  [
    "eta_squared_change",
    ({ value }) =>
      `the two columns depend on each other ${upOr(value, "more", "less")} than in real rows (η² ${number(value)})`,
  ],
  [
    "duplicate_excess",
    ({ value }) => `${percent(value)} ${upOr(value, "more", "less")} of the compared rows repeat another one`,
  ],
  [
    "entropy_change",
    ({ value }) => `values are ${upOr(value, "more", "less")} varied (entropy ${number(value)} nats)`,
  ],
  ["richness", ({ value }) => `values lie in ${fewerOrMore(Math.exp(value))} bins or levels`],
  [
    "hapax_share",
    ({ value }) =>
      `${percent(value)} ${upOr(value, "more", "less")} of the rows are alone in their bin or level`,
  ],
  [
    "log_variance_ratio",
    ({ value }) =>
      `values vary ${upOr(value, "more", "less")} than real ones (${number(Math.exp(value))} times the variance)`,
  ],
  ["chi_square", ({ value }) => `values are distributed differently (χ² ${number(value)} per row)`],
  [
    "anderson_darling",
    ({ value }) => `values are distributed differently, tails included (A² ${number(value)} per row)`,
  ],
  [
    "mann_whitney",
    ({ value }) =>
      `values are ${upOr(value, "larger", "smaller")} than real ones in ${percent(0.5 + Math.abs(value))} of the couples`,
  ],
  [
    "constraint_violations",
    ({ value }) =>
      `${percent(value)} ${upOr(value, "more", "less")} of the values lie outside the range that real ones have`,
  ],
  [
    "missing_rate_change",
    ({ value }) => `${percent(value)} ${upOr(value, "more", "less")} of the values are missing`,
  ],
  [
    "rounding_grid",
    ({ value }) =>
      `${percent(value)} ${upOr(value, "more", "less")} of the values are rounded as real ones are`,
  ],
  [
    "gradient_alignment",
    ({ value }) => `learning it from this set pulls a model another way (cosine ${number(1 + value)})`,
  ],
  [
    "gradient_norm_ratio",
    ({ value }) => `learning it from this set pulls ${number(Math.exp(value))} times as hard`,
  ],
  [
    "gradient_noise_ratio",
    ({ value }) => `what pulls at its learning is ${number(Math.exp(value))} times as noisy`,
  ],
  [
    "excess_risk",
    ({ value }) =>
      `a linear model that learns it from this set has ${number(1 + value)} times the error on real rows`,
  ],
  [
    "log_condition_ratio",
    ({ value }) => `a linear problem of these columns is ${number(Math.exp(value))} times as ill-conditioned`,
  ],
  [
    "log_eigenvalue_rms",
    ({ value }) =>
      `the spread along the principal directions is off by a factor of ${number(Math.exp(value))}`,
  ],
  ["effective_rank", ({ value }) => `rows spread over ${fewerOrMore(Math.exp(value))} directions`],
  [
    "subspace_overlap",
    ({ value }) => `the principal directions share ${percent(1 + value)} with those of real rows`,
  ],
  [
    "eigenvalues_over_edge",
    ({ value }) =>
      `${number(Math.abs(value))} ${upOr(value, "more", "fewer")} directions stand out from noise`,
  ],
  ["precision", ({ value }) => `only ${percent(value)} of the rows lie where real rows do`],
  ["recall", ({ value }) => `only ${percent(value)} of the real rows lie where this set has rows`],
  [
    "nn1_ratio",
    ({ value }) =>
      `rows lie ${number(Math.exp(value))} times as far from their nearest neighbor as real rows do`,
  ],
  ["distinct_1", fewerDifferent("words")],
  ["distinct_2", fewerDifferent("couples of words")],
  ["distinct_3", fewerDifferent("runs of three words")],
  ["distinct_4", fewerDifferent("runs of four words")],
  [
    "word_hapaxes",
    ({ value }) => `there are ${fewerOrMore(Math.exp(value))} words that stand once, in as many words`,
  ],
  [
    "vendi_score",
    ({ value }) => `the documents are ${number(Math.exp(value))} times as different from each other`,
  ],
  [
    "episode_shift",
    ({ value }) =>
      `${upOr(value, "higher", "lower")} than in real episodes, by ${number(Math.abs(value))} standard deviations`,
  ],
  [
    "episode_spread",
    ({ value }) => `episodes differ in it ${number(Math.exp(value))} times as much as real ones do`,
  ],
  [
    "episode_variance",
    ({ value }) =>
      `episodes lie ${number(Math.exp(value / 2))} times as far from their mean path as real ones do`,
  ],
  [
    "nearest_episode",
    ({ value }) =>
      `an episode's nearest other one is ${number(Math.exp(value))} times as far away as among real ones`,
  ],
  ["c2st_auc", ({ value }) => `a classifier tells its rows from real ones (AUC ${number(value)})`],
]);
