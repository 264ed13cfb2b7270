import { z } from "zod";
import type { Report } from "../../collapse/contracts/report.ts";
import { exitCodeOf, FAIL_ON } from "../../collapse/report/exitCodeOf.ts";
import { writeHtml } from "../../collapse/report/writeHtml.ts";
import { writeJUnit } from "../../collapse/report/writeJUnit.ts";
import { writeTerminal } from "../../collapse/report/writeTerminal.ts";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { withObjects } from "../objects/withObjects.ts";
import { CHECK_OPTIONS, requestOf } from "./checkOptions.ts";
import { failOnSchema } from "./failOn.ts";
import { type InferSchema, printSchema } from "./printSchema.ts";
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
export const createCheckCommand = (
  loadCheck: () => Promise<Check>,
  loadSchema: () => Promise<InferSchema> = async () =>
    withObjects((await import("../../collapse/inferSchema.ts")).inferSchema),
) =>
  defineCommand({
    words: "check",
    operands: ["candidate..."],
    byVerdict: true,
    summary: "Say whether a data set is safe to train on",
    options: {
      ...CHECK_OPTIONS,
      quick: z.boolean().default(false).describe("fewer draws: faster, with wider intervals"),
      provider: z
        .enum(["cpu", "webgpu", "cuda"])
        .optional()
        .describe("what networks are trained on: cpu, webgpu or cuda"),
      timing: z
        .boolean()
        .optional()
        .describe("say what took how long; the report then differs from run to run"),
      "show-values": z.boolean().optional().describe("quote values of flagged rows in the report"),
      json: z.string().optional().describe("file for the JSON report; - is standard output"),
      html: z.string().optional().describe("file for the report as one HTML page"),
      junit: z.string().optional().describe("file for the report as JUnit XML"),
      "fail-on": failOnSchema
        .default(FAIL_ON)
        .describe("verdicts that fail, between commas; none: every verdict exits with 0"),
      "print-schema": z
        .boolean()
        .default(false)
        .describe("print how the columns are read, as a schema file, and check nothing"),
      "no-color": z.boolean().default(false).describe("print no colors"),
    },
    async run({ operands, options }, tools) {
      const inputs = [...operands, ...options.reference];
      const plan = planReports(options, inputs, tools.cwd);
      if (!plan.ok) return plan;
      const request = await requestOf(operands, options, tools);
      if (!request.ok) return request;
      if (options["print-schema"]) return printSchema(loadSchema, request.value, tools.screen);
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
        notes: [
          ...plan.value.files.map(({ path }) => `Written: ${path}`),
          ...(report.value.timing?.phases ?? []).map(
            ({ phase, seconds }) => `${seconds.toFixed(2)} s  ${phase}`,
          ),
        ],
        exitCode: exitCodeOf(report.value, options["fail-on"]),
      });
    },
  });
