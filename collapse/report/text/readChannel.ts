import type { Report } from "../../contracts/report.ts";
import { shownCount, shownNumber } from "./shownNumber.ts";
import { SHOWN, shownText } from "./shownText.ts";
import { channelTitle } from "./words.ts";

export type Channel = NonNullable<Report["harm"]["predictive"]>["channels"][number];
export type PurposeName = "predictive" | "generative";

/** Where a channel's interval lies to its margin. */
export type Reading = "over" | "under" | "across" | "not_resolvable";

/** Reads a channel: its interval wholly over the margin, wholly under it, across it, or too wide a null to say. */
export function readChannel({ eligible, low, high, margin }: Channel): Reading {
  if (!eligible) return "not_resolvable";
  if (low > margin) return "over";
  return high < margin ? "under" : "across";
}

/** A reading in words: where the interval lies to the margin. */
export const READING_WORDS = {
  over: "over",
  under: "within",
  across: "across",
  not_resolvable: "not resolvable",
} as const satisfies Record<Reading, string>;

/** What would resolve a channel that its null is too wide for; null where nothing has to, or nobody can say. */
export const neededWords = ({ eligible, rows_needed }: Channel): string | null =>
  eligible || rows_needed === null ? null : `${shownCount(rows_needed)} rows a side would resolve it`;

/** A harm as people read it: `1.30×` the error, or `0.081` nats a column and row. */
export function harmShown(purpose: PurposeName, value: number): string {
  if (purpose === "generative") return shownNumber(value);
  return Math.abs(value) < 1000 ? `${value.toFixed(2)}×` : `${shownNumber(value)}×`;
}

/** The channel and what it is worst for: `worst target (income)`. */
export const channelName = ({ channel, subject }: Channel): string =>
  `${shownText(channelTitle(channel), 40)}${subject === null ? "" : ` (${shownText(subject, SHOWN.name)})`}`;
