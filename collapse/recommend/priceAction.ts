import type { Prices, Recommendation } from "../contracts/recommendations.ts";

/**
 * What an action costs by the user's own prices: real rows added, or rows generated anew. Null where a price that it
 * depends on was not told; what needs no row costs nothing.
 */
export function priceAction(
  { action, rows }: Pick<Recommendation, "action" | "rows">,
  prices: Prices | null,
): Recommendation["cost"] {
  if (prices === null) return null;
  const { currency, real_row, synthetic_row } = prices;
  const price = action === "regenerate" ? synthetic_row : real_row;
  if (rows.added === 0) return { amount: 0, currency };
  return price === undefined ? null : { amount: rows.added * price, currency };
}

/** What training anyway is expected to lose: how likely it harms, times a run. Null where no run has a price. */
export function priceTraining(chance: number, prices: Prices | null): Recommendation["cost"] {
  if (prices?.training_run === undefined) return null;
  return { amount: chance * prices.training_run, currency: prices.currency };
}
