import type { Shedding } from "../compute/job.ts";

/** The cards at one look: whether any counts as critical, and whether any is over its limit at this very moment. */
export interface HottestCard {
  readonly critical: boolean;
  readonly overheated: boolean;
}

/**
 * The shedding after a look at the cards. Batch work goes first. Where a card is still over its limit at the
 * next look, all work goes. Once no card is critical any more, it comes back in the other order, one step a look.
 */
export const nextShedding = (before: Shedding, { critical, overheated }: HottestCard): Shedding => {
  if (!critical) return before === "all" ? "batch" : "none";
  if (before === "none") return "batch";
  return before === "batch" && overheated ? "all" : before;
};
