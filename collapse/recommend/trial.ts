import type { Action } from "../contracts/recommendations.ts";

/** One way to change the candidate, as it can be tried on samples. */
export interface Trial {
  /** Null: the candidate as it is. */
  readonly action: Action | null;
  /** What the action needs to be repeated on whole files. */
  readonly parameters: Readonly<Record<string, number>>;
  /** How often each row of the candidate's sample is taken; null: once. */
  readonly copies: Uint8Array | null;
  /** Share of the changed set that real rows are, and which these are. */
  readonly realShare: number;
  readonly realRows: "any" | "outermost";
}

/** The candidate as it is: what every trial is compared with. */
export const UNCHANGED: Trial = {
  action: null,
  parameters: {},
  copies: null,
  realShare: 0,
  realRows: "any",
};
