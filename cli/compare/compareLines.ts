import type { Compared } from "../../collapse/compare.ts";
import type { Report } from "../../collapse/contracts/report.ts";
import { wrapCells } from "../../collapse/report/terminal/cells.ts";
import { layTable } from "../../collapse/report/terminal/layTable.ts";
import { createPaint } from "../../collapse/report/terminal/paint.ts";
import { VERDICT_TONES } from "../../collapse/report/terminal/verdictLines.ts";
import { harmShown, type PurposeName, readChannel } from "../../collapse/report/text/readChannel.ts";
import { shownNumber } from "../../collapse/report/text/shownNumber.ts";
import { SHOWN, shownText } from "../../collapse/report/text/shownText.ts";
import { VERDICT_WORDS } from "../../collapse/report/text/words.ts";

const HEAD = ["", "candidate", "verdict", "score", "predictive", "generative"];
const NO_NUMBER = "–";

/** Candidates in a table, the best first, and under it what is worst about each. */
export function compareLines(
  compared: readonly Compared[],
  { color, width }: { readonly color: boolean; readonly width: number },
): string[] {
  const paint = createPaint(color);
  const rows = compared.map(({ candidate, outcome }, place) => [
    `${place + 1}.`,
    shownText(candidate, SHOWN.name),
    ...(outcome.ok ? cellsOf(outcome.value) : ["✕ not checked", NO_NUMBER, NO_NUMBER, NO_NUMBER]),
  ]);
  const table = layTable(
    [
      {},
      { flexible: true },
      {
        paint: (text, row) => {
          const outcome = compared[row - 1]?.outcome;
          if (outcome === undefined) return text;
          return paint(outcome.ok ? VERDICT_TONES[outcome.value.verdict] : "bad", text);
        },
      },
      { align: "right" },
      { align: "right" },
      { align: "right" },
    ],
    [HEAD, ...rows],
    width,
  );
  return [...table, "", ...compared.flatMap((one, place) => worstLines(one, place, width))];
}

function cellsOf(report: Report): string[] {
  const { sign, title } = VERDICT_WORDS[report.verdict];
  const score = report.score === null ? NO_NUMBER : shownNumber(report.score);
  return [
    `${sign} ${title.toLowerCase()}`,
    score,
    harmOf(report, "predictive"),
    harmOf(report, "generative"),
  ];
}

/** The channel that is worst for its margin, of those that can be decided by. */
function harmOf({ harm }: Report, purpose: PurposeName): string {
  const channels = harm[purpose]?.channels.filter((one) => readChannel(one) !== "not_resolvable") ?? [];
  const beyond = (value: number, margin: number): number =>
    purpose === "predictive" ? Math.log(value) / Math.log(margin) : value / margin;
  const [worst] = channels.toSorted(
    (left, right) => beyond(right.value, right.margin) - beyond(left.value, left.margin),
  );
  return worst === undefined ? NO_NUMBER : harmShown(purpose, worst.value);
}

function worstLines({ outcome }: Compared, place: number, width: number): string[] {
  const mark = `${place + 1}. `;
  const sentence = outcome.ok
    ? (outcome.value.summary[0] ?? "Nothing was found beyond what real rows show among themselves.")
    : `${outcome.failure.detail} ${outcome.failure.fix}`;
  return wrapCells(shownText(sentence, SHOWN.sentence), width - mark.length).map(
    (line, index) => `${index === 0 ? mark : " ".repeat(mark.length)}${line}`,
  );
}
