import type { Recommendation } from "../../contracts/recommendations.ts";
import { shownCount } from "./shownNumber.ts";
import { shownText } from "./shownText.ts";

/** What an action did when it was tried, what it takes and what it costs; null of stopping, which does nothing. */
export function factsSentence(one: Recommendation): string | null {
  if (one.action === "stop") return null;
  const { after, rows, cost } = one;
  return [
    outcomeOf(one),
    ...(after === null ? [] : [`${shownCount(rows.kept)} rows kept, ${shownCount(rows.added)} added`]),
    ...(cost === null ? [] : [`cost ${moneyShown(cost.amount)} ${shownText(cost.currency, 8)}`]),
  ].join("; ");
}

/** From which harm to which, and how sure that is. */
function outcomeOf({ helps, before, after, effect }: Recommendation): string {
  if (after === null || effect === null) return "not tried: it takes rows that are not there yet";
  const tried = `harm ${margins(before.value)} → ${margins(after.value)} (${margins(after.low)} to ${margins(after.high)})`;
  const change = `a change of ${margins(effect.value)} (${margins(effect.low)} to ${margins(effect.high)})`;
  return `${helps ? "helps" : "does not surely help"}: ${tried}, ${change}`;
}

const margins = (harm: number): string => harm.toFixed(2);

/** An amount with its cents where these matter. */
const moneyShown = (amount: number): string => (amount < 100 ? amount.toFixed(2) : shownCount(amount));
