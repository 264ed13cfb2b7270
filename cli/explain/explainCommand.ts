import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Report, reportSchema } from "../../collapse/contracts/report.ts";
import { wrapCells } from "../../collapse/report/terminal/cells.ts";
import { shownText } from "../../collapse/report/text/shownText.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { readJsonFile } from "../check/readJsonFile.ts";
import { defineCommand, type Tools } from "../command.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import { explain, TOPICS } from "./explainReport.ts";

const SHOWN = 2_000;

/**
 * `headgate explain report.json ks`: what a number of a report means, in plain words. Without a topic it explains the
 * verdict; a topic alone is explained without a report.
 */
export const explainCommand = defineCommand({
  words: "explain",
  operands: ["report..."],
  byVerdict: true,
  summary: "Say what a verdict, dimension, metric, channel or column of a report means",
  options: {},
  async run({ operands: [first = "", second, ...more] }, tools) {
    if (more.length > 0)
      return wrongData("headgate explain takes a report and one topic.", "Ask for one topic at a time.");
    const isTopic = second === undefined && TOPICS.includes(first) && !existsSync(resolve(tools.cwd, first));
    const report = isTopic ? done(null) : await readReport(first, tools);
    if (!report.ok) return report;
    const topic = isTopic ? first : (second ?? "verdict");
    const said = explain(topic, report.value);
    if (said === null) return unknownTopic(topic, report.value);
    const lines = said.flatMap((text) => [...wrapCells(shownText(text, SHOWN), tools.screen.width), ""]);
    return done({ json: { topic, says: said }, out: lines.join("\n").trimEnd() });
  },
});

const readReport = (name: string, tools: Tools): Promise<Outcome<Report, CommandFailure>> =>
  readJsonFile(
    name,
    {
      kind: "report of this version",
      schema: reportSchema,
      example: "`headgate check --json report.json` does",
    },
    tools,
  );

function unknownTopic(topic: string, report: Report | null) {
  const columns = report?.columns.map(({ name }) => name).slice(0, 10) ?? [];
  const names = [...TOPICS, ...columns].join(", ");
  return wrongData(`Nothing is known of ${topic}.`, `Ask for a column of the report, or one of: ${names}.`);
}
