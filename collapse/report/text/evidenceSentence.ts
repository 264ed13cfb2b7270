import type { Report } from "../../contracts/report.ts";
import { shownChance, shownCount, shownNumber } from "./shownNumber.ts";

/** The level at which two sets count as different; a gate, not a verdict. */
const LEVEL = 0.01;

/** Whether the candidate differs from the reference at all, and how sure that is; null where nobody asked. */
export function evidenceSentence({ evidence, confidence }: Report): string | null {
  const sure = confidence === null ? [] : [`Confidence ${shownNumber(confidence)}.`];
  if (evidence === null) return sure[0] ?? null;
  const { p, t, null_95, rows_a_side } = evidence;
  const differs =
    `${p < LEVEL ? "It differs" : "It does not clearly differ"} from the reference: T is ${shownNumber(t)}, where ` +
    `19 of 20 draws of real rows against real rows stay below ${shownNumber(null_95)} (p ${shownChance(p)}, ` +
    `${shownCount(rows_a_side)} rows a side).`;
  return [differs, ...sure].join(" ");
}
