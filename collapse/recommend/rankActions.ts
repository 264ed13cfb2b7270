import { ACTIONS, type Recommendation } from "../contracts/recommendations.ts";

type Unranked = Omit<Recommendation, "id">;

const MOST = 6;

/**
 * The best first, at most six. Where prices were told, what brings all of the interval below the margin comes by its
 * price. What helps comes by the harm that it leaves, then what could not be tried, then what was tried in vain.
 */
export function rankActions(actions: readonly Unranked[]): Recommendation[] {
  const arePriced = actions.some(({ cost }) => cost !== null);
  const priceOf = (action: Unranked): number => (arePriced && suffices(action) ? costOf(action) : NEVER);
  const ranked = [...actions].sort(
    (left, right) =>
      groupOf(left) - groupOf(right) ||
      compared(priceOf(left), priceOf(right)) ||
      harmAfter(left) - harmAfter(right) ||
      orderOf(left) - orderOf(right),
  );
  // Not to train is always one of them.
  while (ranked.length > MOST)
    ranked.splice(
      ranked.findLastIndex(({ action }) => action !== "stop"),
      1,
    );
  return ranked.map((action, place) => ({ id: place + 1, ...action }));
}

/** More than any price: what has none stands behind what has one. */
const NEVER = Number.POSITIVE_INFINITY;
const compared = (left: number, right: number): number => (left === right ? 0 : left < right ? -1 : 1);
const costOf = ({ cost }: Unranked): number => cost?.amount ?? NEVER;

function groupOf({ helps, after }: Unranked): number {
  if (after === null) return 1;
  return helps ? 0 : 2;
}

const suffices = ({ helps, after }: Unranked): boolean => helps && after !== null && after.high < 1;
/** What could not be tried stays in its order. */
const harmAfter = ({ after }: Unranked): number => after?.value ?? 0;
const orderOf = ({ action }: Unranked): number => ACTIONS.indexOf(action);
