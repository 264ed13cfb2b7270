import { z } from "zod";
import type { Compared, CompareRequest } from "../../collapse/compare.ts";
import type { CheckFailure } from "../../collapse/contracts/failure.ts";
import type { ProgressListener } from "../../collapse/contracts/progress.ts";
import type { Verdict } from "../../collapse/contracts/report.ts";
import { exitCodeOf, FAIL_ON } from "../../collapse/report/exitCodeOf.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { CHECK_OPTIONS, requestOf } from "../check/checkOptions.ts";
import { failOnSchema } from "../check/failOn.ts";
import { runEngine } from "../check/runCheck.ts";
import { defineCommand } from "../command.ts";
import { EXIT_CODES, wrongData } from "../failure.ts";
import { compareLines } from "./compareLines.ts";

/** The engine's comparison, as this command calls it. */
export type Compare = (
  request: CompareRequest,
  listen: { readonly onProgress: ProgressListener },
) => Promise<Outcome<readonly Compared[], CheckFailure>>;

/** `headgate compare`: which of several candidates is the best to train on, each checked as `check` checks it. */
export const createCompareCommand = (load: () => Promise<Compare>) =>
  defineCommand({
    words: "compare",
    operands: ["candidate..."],
    byVerdict: true,
    summary: "Check several candidates against one reference, the best first",
    options: {
      ...CHECK_OPTIONS,
      quick: z.boolean().default(false).describe("fewer draws: faster, with wider intervals"),
      "fail-on": failOnSchema
        .default(FAIL_ON)
        .describe("verdicts that do not pass, between commas; it fails if no candidate passes"),
      "no-color": z.boolean().default(false).describe("print no colors"),
    },
    async run({ operands, options }, tools) {
      if (options.reference.length === 0)
        return wrongData(
          "Nothing is named to compare with.",
          "Name real rows, or a profile, with --reference.",
        );
      const request = await requestOf(operands, options, tools);
      if (!request.ok) return request;
      const { candidate: candidates, ...rest } = request.value;
      const compared = await runEngine(
        async (listen) => (await load())({ ...rest, candidates, reference: options.reference }, listen),
        tools.screen,
      );
      if (!compared.ok) return compared;
      const look = { color: tools.screen.colors && !options["no-color"], width: tools.screen.width };
      return done({
        json: { candidates: compared.value.map(shownOf) },
        out: compareLines(compared.value, look).join("\n"),
        exitCode: exitCodeOfAll(compared.value, options["fail-on"]),
      });
    },
  });

const shownOf = ({ candidate, outcome }: Compared) =>
  outcome.ok ? { candidate, report: outcome.value } : { candidate, failure: outcome.failure };

/** 0 if a candidate passes; else the code of the best one's verdict; where none has a verdict, that of wrong data. */
function exitCodeOfAll(compared: readonly Compared[], failOn: readonly Verdict[]): number {
  const codes = compared.flatMap(({ outcome }) => (outcome.ok ? [exitCodeOf(outcome.value, failOn)] : []));
  return codes.includes(0) ? 0 : (codes[0] ?? EXIT_CODES.data);
}
