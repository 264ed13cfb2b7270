import { z } from "zod";
import type { CheckFailure } from "../../collapse/contracts/failure.ts";
import type { ProgressListener } from "../../collapse/contracts/progress.ts";
import type { Fixed, FixRequest } from "../../collapse/recommend/applyActions.ts";
import { writeFixed } from "../../collapse/report/writeFixed.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { CHECK_OPTIONS, requestOf } from "../check/checkOptions.ts";
import { runEngine } from "../check/runCheck.ts";
import { defineCommand } from "../command.ts";

/** The engine's fix, as this command calls it. */
export type Fix = (
  request: FixRequest,
  listen: { readonly onProgress: ProgressListener },
) => Promise<Outcome<Fixed, CheckFailure>>;

const idsSchema = z
  .string()
  .regex(/^\d{1,2}(,\d{1,2})*$/, "must be numbers of recommendations between commas, such as 1,3")
  .transform((text) => text.split(",").map(Number));

/**
 * `headgate fix`: writes the candidate as recommendations of a check would have it. The same flags and seed give the
 * same recommendations, so their numbers are those that the check showed.
 */
export const createFixCommand = (load: () => Promise<Fix>) =>
  defineCommand({
    words: "fix",
    operands: ["candidate..."],
    byVerdict: true,
    summary: "Write a data set mended as the check recommends",
    options: {
      apply: idsSchema.describe("recommendations of the check with the same flags, such as 1,3"),
      out: z.string().meta({ description: "the file to write: .parquet, .csv, .tsv or .jsonl", short: "o" }),
      ...CHECK_OPTIONS,
    },
    async run({ operands, options }, tools) {
      const request = await requestOf(operands, options, tools);
      if (!request.ok) return request;
      const fixed = await runEngine(
        async (listen) =>
          (await load())({ ...request.value, apply: options.apply, output: options.out }, listen),
        tools.screen,
      );
      if (!fixed.ok) return fixed;
      const { output, applied, rows, before, after } = fixed.value;
      return done({
        json: { file: output, applied, rows, verdict: { before: before.verdict, after: after.verdict } },
        out: writeFixed(fixed.value),
        notes: [`Written: ${output}`],
      });
    },
  });
