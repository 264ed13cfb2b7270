import type { Report, Verdict } from "../../contracts/report.ts";
import { evidenceSentence } from "../text/evidenceSentence.ts";
import { shownNumber } from "../text/shownNumber.ts";
import { SHOWN, shownText } from "../text/shownText.ts";
import { VERDICT_WORDS } from "../text/words.ts";
import { wrapCells } from "./cells.ts";
import type { Paint, Tone } from "./paint.ts";

export const VERDICT_TONES = {
  healthy: "good",
  collapsed: "bad",
  indeterminate: "warn",
  insufficient_data: "warn",
} as const satisfies Record<Verdict, Tone>;

/** The verdict, what it rests on, and the worst findings. */
export function verdictLines(report: Report, cells: number, paint: Paint): string[] {
  const { sign, title, means } = VERDICT_WORDS[report.verdict];
  const score = report.score === null ? "" : `   score ${shownNumber(report.score)} of 100`;
  const evidence = evidenceSentence(report);
  const head = paint(VERDICT_TONES[report.verdict], paint("strong", `${sign} ${title.toUpperCase()}`));
  return [
    `${head}${score}`,
    ...wrapCells(means, cells),
    ...(evidence === null ? [] : wrapCells(evidence, cells).map((line) => paint("faint", line))),
    ...summaryLines(report, cells, paint),
  ];
}

/** A numbered or dashed sentence, its further lines under its first word. */
export function item(mark: string, sentence: string, cells: number): string[] {
  const text = shownText(sentence, SHOWN.sentence);
  return wrapCells(text, cells - mark.length).map(
    (line, index) => `${index === 0 ? mark : " ".repeat(mark.length)}${line}`,
  );
}

export const heading = (title: string, cells: number, paint: Paint): string[] =>
  wrapCells(title, cells).map((line) => paint("strong", line));

function summaryLines({ summary }: Report, cells: number, paint: Paint): string[] {
  if (summary.length === 0) return [];
  const items = summary.slice(0, 3).flatMap((sentence, at) => item(`  ${at + 1}. `, sentence, cells));
  return ["", ...heading("Worst findings", cells, paint), ...items];
}
