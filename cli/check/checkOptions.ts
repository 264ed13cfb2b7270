import { z } from "zod";
import type { CheckRequest } from "../../collapse/contracts/options.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import { dataSize, seedNumber } from "../optionSchemas.ts";
import { readPricesFile } from "./readPricesFile.ts";
import { readSchemaFile } from "./readSchemaFile.ts";

/** What is compared, and how: the options of every command that runs a whole check. */
export const CHECK_OPTIONS = {
  reference: z
    .array(z.string())
    .default([])
    .describe("real rows to judge by: a file, a quoted pattern, or a saved profile"),
  purpose: z.enum(["predict", "generate", "both"]).default("both").describe("predict, generate or both"),
  target: z.string().optional().describe("column that is to be predicted"),
  group: z.string().optional().describe("column whose equal values belong together"),
  time: z.string().optional().describe("column of time: without a reference the older rows stand in for it"),
  schema: z.string().optional().describe("JSON file that says what the columns are"),
  seed: seedNumber.default(1).describe("whole number; the same one gives the same bytes"),
  margin: z
    .string()
    .transform(Number)
    .refine((times) => times >= 0.1 && times <= 10, "must be a number from 0.1 to 10")
    .optional()
    .describe("times the margins of harm: 0.5 is twice as strict"),
  "max-memory": dataSize.optional().describe("what the reader of files may take, such as 1GB"),
  prices: z.string().optional().describe("JSON file of what rows and a training run cost"),
};

interface CheckFlags {
  readonly reference: string[];
  readonly purpose: "predict" | "generate" | "both";
  readonly target?: string | undefined;
  readonly group?: string | undefined;
  readonly time?: string | undefined;
  readonly schema?: string | undefined;
  readonly seed: number;
  readonly quick?: boolean;
  readonly margin?: number | undefined;
  readonly timing?: boolean | undefined;
  readonly "show-values"?: boolean | undefined;
  readonly provider?: CheckRequest["provider"];
  readonly prices?: string | undefined;
  readonly "max-memory"?: number | undefined;
}

/** The request of a check, its schema and its prices read from their files. */
export async function requestOf(
  operands: readonly string[],
  flags: CheckFlags,
  tools: Tools,
): Promise<Outcome<CheckRequest, CommandFailure>> {
  const {
    reference,
    purpose,
    target,
    group,
    time,
    seed,
    quick,
    provider,
    margin,
    timing,
    "show-values": showValues,
    "max-memory": maxMemoryBytes,
  } = flags;
  const empty = [...operands, ...reference].includes("");
  if (empty) return wrongData("A file's name is empty.", "Name a file, or leave the option out.");
  const schema =
    flags.schema === undefined ? done({ columns: {} }) : await readSchemaFile(flags.schema, tools);
  if (!schema.ok) return schema;
  const prices = flags.prices === undefined ? done(undefined) : await readPricesFile(flags.prices, tools);
  if (!prices.ok) return prices;
  const request = { candidate: [...operands], reference, purpose, seed, quick, schema: schema.value };
  const asked = { target, group, time, maxMemoryBytes, provider, margin, timing, showValues };
  return done({ ...request, ...asked, prices: prices.value });
}
