/** What the data is wanted for: labels, verdicts and rates are per purpose. */
export const PURPOSES = ["predictive", "generative"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What a model loses by training on the candidate, of one kind. */
export interface HarmChannel {
  readonly purpose: Purpose;
  /** `mean`, `worst_target`, `tail` and `network` of the predictive; `tree_nats` and `discriminator_nats` of the generative. */
  readonly channel: string;
  /** The target or column that it is worst for; null where it is of all. */
  readonly subject: string | null;
  /**
   * Median over the pairs of log H (predictive: ratio of losses on real rows) or of extra nats per column and row
   * (generative); with the least and the most of the middle 90 % of pairs.
   */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The same for real rows against other real rows: 97.5 % of them lie below. */
  readonly nullHigh: number;
  readonly nullSd: number;
  /** log 1.10, log 1.30 or 0.05 nats. */
  readonly margin: number;
  /** Whether its null is narrow enough to be decided by: sd ≤ margin / 3.3. */
  readonly eligible: boolean;
  /** Rows a side that would make it so; null where it is, or where nobody can say. */
  readonly rowsNeeded: number | null;
}

/** Training rows that were set aside because a test row is the same, or nearer than real rows are. */
export interface Copies {
  readonly ofCandidate: number;
  readonly ofReference: number;
}

export interface HarmResult {
  readonly channels: readonly HarmChannel[];
  readonly copies: Copies;
  /** Rows that each side trained on. */
  readonly trainedRows: number;
  readonly testedRows: number;
}
