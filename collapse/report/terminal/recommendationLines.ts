import type { Report } from "../../contracts/report.ts";
import { factsSentence } from "../text/recommendationWords.ts";
import type { Paint } from "./paint.ts";
import { heading, item } from "./verdictLines.ts";

/** What may be done about the set, the best first: each with what it did to harm when it was tried. */
export function recommendationLines({ recommendations }: Report, cells: number, paint: Paint): string[] {
  if (recommendations === null || recommendations.length === 0) return [];
  const lines = recommendations.flatMap((one) => {
    const [first = "", ...more] = item(`  ${one.id}. `, one.says, cells);
    const facts = factsSentence(one);
    return [
      one.helps ? paint("good", first) : first,
      ...more,
      ...(facts === null ? [] : item("     ", facts, cells).map((line) => paint("faint", line))),
    ];
  });
  return [...heading("What to do (harm in margins: 1 is at the margin)", cells, paint), ...lines];
}
