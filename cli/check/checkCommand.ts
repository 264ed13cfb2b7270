import { z } from "zod";
import type { CheckRequest } from "../../collapse/contracts/options.ts";
import type { Report } from "../../collapse/contracts/report.ts";
import { exitCodeOf, FAIL_ON } from "../../collapse/report/exitCodeOf.ts";
import { writeHtml } from "../../collapse/report/writeHtml.ts";
import { writeJUnit } from "../../collapse/report/writeJUnit.ts";
import { writeTerminal } from "../../collapse/report/writeTerminal.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { defineCommand, type Tools } from "../command.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import { dataSize, seedNumber } from "../optionSchemas.ts";
import { failOnSchema } from "./failOn.ts";
import { readSchemaFile } from "./readSchemaFile.ts";
import { planReports, type ReportForm, writeReport } from "./reportFiles.ts";
import { type Check, runCheck } from "./runCheck.ts";

const WRITERS: Readonly<Record<ReportForm, (report: Report) => string>> = {
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  html: writeHtml,
  junit: writeJUnit,
};

/**
 * `headgate check`: whether training on the candidate would collapse or harm a model, on this machine alone. The
 * engine is loaded when it is asked for: other commands start without it.
 */
export const createCheckCommand = (loadCheck: () => Promise<Check>) =>
  defineCommand({
    words: "check",
    operands: ["candidate..."],
    byVerdict: true,
    summary: "Say whether a data set is safe to train on",
    options: {
      reference: z
        .array(z.string())
        .default([])
        .describe("real rows to judge by: a file, or a quoted pattern"),
      purpose: z.enum(["predict", "generate", "both"]).default("both").describe("predict, generate or both"),
      target: z.string().optional().describe("column that is to be predicted"),
      group: z.string().optional().describe("column whose equal values belong together"),
      time: z.string().optional().describe("column of time; noted, nothing is ordered by it yet"),
      schema: z.string().optional().describe("JSON file that says what the columns are"),
      seed: seedNumber.default(1).describe("whole number; the same one gives the same bytes"),
      quick: z.boolean().default(false).describe("fewer draws: faster, with wider intervals"),
      "max-memory": dataSize.optional().describe("what the reader of files may take, such as 1GB"),
      json: z.string().optional().describe("file for the JSON report; - is standard output"),
      html: z.string().optional().describe("file for the report as one HTML page"),
      junit: z.string().optional().describe("file for the report as JUnit XML"),
      "fail-on": failOnSchema
        .default(FAIL_ON)
        .describe("verdicts that fail, between commas; none: every verdict exits with 0"),
      "no-color": z.boolean().default(false).describe("print no colors"),
    },
    async run({ operands, options }, tools) {
      const inputs = [...operands, ...options.reference];
      const plan = planReports(options, inputs, tools.cwd);
      if (!plan.ok) return plan;
      const request = await requestOf(operands, options, tools);
      if (!request.ok) return request;
      const report = await runCheck(loadCheck, request.value, tools.screen);
      if (!report.ok) return report;
      for (const file of plan.value.files) {
        const written = writeReport(file, WRITERS[file.form](report.value));
        if (!written.ok) return written;
      }
      const { standardOutput } = plan.value;
      const look = { color: tools.screen.colors && !options["no-color"], width: tools.screen.width };
      return done({
        json: report.value,
        out:
          standardOutput === null
            ? writeTerminal(report.value, look)
            : WRITERS[standardOutput](report.value).trimEnd(),
        notes: plan.value.files.map(({ path }) => `Written: ${path}`),
        exitCode: exitCodeOf(report.value, options["fail-on"]),
      });
    },
  });

interface CheckFlags {
  readonly reference: string[];
  readonly purpose: "predict" | "generate" | "both";
  readonly target?: string | undefined;
  readonly group?: string | undefined;
  readonly time?: string | undefined;
  readonly schema?: string | undefined;
  readonly seed: number;
  readonly quick: boolean;
  readonly "max-memory"?: number | undefined;
}

async function requestOf(
  operands: readonly string[],
  { reference, purpose, target, group, time, schema, seed, quick, "max-memory": maxMemoryBytes }: CheckFlags,
  tools: Tools,
): Promise<Outcome<CheckRequest, CommandFailure>> {
  const empty = [...operands, ...reference].includes("");
  if (empty) return wrongData("A file's name is empty.", "Name a file, or leave the option out.");
  const file = schema === undefined ? done({ columns: {} }) : await readSchemaFile(schema, tools);
  if (!file.ok) return file;
  const request = { candidate: [...operands], reference, purpose, seed, quick, schema: file.value };
  return done({ ...request, target, group, time, maxMemoryBytes });
}
