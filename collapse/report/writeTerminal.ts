import type { Report } from "../contracts/report.ts";
import { harmLines } from "./terminal/harmLines.ts";
import { createPaint } from "./terminal/paint.ts";
import { recommendationLines } from "./terminal/recommendationLines.ts";
import { rowLines } from "./terminal/rowLines.ts";
import { columnLines, dataLines, dimensionLines, noteLines } from "./terminal/tables.ts";
import { verdictLines } from "./terminal/verdictLines.ts";

const LEAST_WIDTH = 40;
const MOST_WIDTH = 120;

/** How a report may look: `width` in cells of the terminal; the words and signs say all that colors do. */
export interface TerminalLook {
  readonly color: boolean;
  readonly width: number;
}

/**
 * A report as lines for people: the verdict, the three worst findings, harm against its margins, what to do, the eight
 * dimensions, the columns by effect, the data and the notes. No line is wider than `width` (40 to 120); names that
 * would move a terminal's cursor cannot.
 */
export function writeTerminal(report: Report, { color, width }: TerminalLook): string {
  const paint = createPaint(color);
  const cells = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.floor(width)));
  const sections = [
    verdictLines(report, cells, paint),
    harmLines(report, cells, paint),
    rowLines(report, cells, paint),
    recommendationLines(report, cells, paint),
    dimensionLines(report, cells, paint),
    columnLines(report, cells, paint),
    dataLines(report, cells, paint),
    noteLines(report, cells, paint),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}
