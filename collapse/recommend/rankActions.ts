import { ACTIONS, type Recommendation } from "../contracts/recommendations.ts";

type Unranked = Omit<Recommendation, "id">;

const MOST = 6;

/**
 * The best first, at most six. What brings harm below the margin comes by its price, then by the real rows that it
 * takes, then by what harm is left; what helps and does not suffice by the harm that is left. What could not be tried
 * follows, and what was tried in vain comes last.
 */
export function rankActions(actions: readonly Unranked[]): Recommendation[] {
  return [...actions]
    .sort((left, right) => {
      const group = groupOf(left) - groupOf(right);
      if (group !== 0) return group;
      const money =
        groupOf(left) === 0 ? moneyOf(left) - moneyOf(right) || left.rows.added - right.rows.added : 0;
      return money || harmAfter(left) - harmAfter(right) || orderOf(left) - orderOf(right);
    })
    .slice(0, MOST)
    .map((action, place) => ({ id: place + 1, ...action }));
}

function groupOf({ helps, after }: Unranked): number {
  if (after === null) return 2;
  if (!helps) return 3;
  return after.value < 1 ? 0 : 1;
}

/** Of unpriced actions none is dearer than another. */
const moneyOf = ({ cost }: Unranked): number => cost?.amount ?? 0;
/** What could not be tried stays in its order. */
const harmAfter = ({ after }: Unranked): number => after?.value ?? 0;
const orderOf = ({ action }: Unranked): number => ACTIONS.indexOf(action);
