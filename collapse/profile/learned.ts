import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { TablePlan } from "../contracts/columns.ts";

/** All that a check keeps of its reference: how columns are read, what is counted, and what that came to. */
export interface Learned {
  readonly plan: TablePlan;
  readonly frame: Frame;
  /** Of a profile that was saved without rows, the sample is empty. */
  readonly summary: Summary;
  /** The seed that dealt the rows into buckets. */
  readonly seed: number;
  /** Names of the files that a saved profile was made of; null where the rows were read just now. */
  readonly savedFrom: readonly string[] | null;
}
