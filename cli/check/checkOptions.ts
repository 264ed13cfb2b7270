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
  reference: z.array(z.string()).default([]).describe("real rows to judge by: a file, or a quoted pattern"),
  purpose: z.enum(["predict", "generate", "both"]).default("both").describe("predict, generate or both"),
  target: z.string().optional().describe("column that is to be predicted"),
  group: z.string().optional().describe("column whose equal values belong together"),
  time: z.string().optional().describe("column of time; noted, nothing is ordered by it yet"),
  schema: z.string().optional().describe("JSON file that says what the columns are"),
  seed: seedNumber.default(1).describe("whole number; the same one gives the same bytes"),
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
  readonly prices?: string | undefined;
  readonly "max-memory"?: number | undefined;
}

/** The request of a check, its schema and its prices read from their files. */
export async function requestOf(
  operands: readonly string[],
  flags: CheckFlags,
  tools: Tools,
): Promise<Outcome<CheckRequest, CommandFailure>> {
  const { reference, purpose, target, group, time, seed, quick, "max-memory": maxMemoryBytes } = flags;
  const empty = [...operands, ...reference].includes("");
  if (empty) return wrongData("A file's name is empty.", "Name a file, or leave the option out.");
  const schema =
    flags.schema === undefined ? done({ columns: {} }) : await readSchemaFile(flags.schema, tools);
  if (!schema.ok) return schema;
  const prices = flags.prices === undefined ? done(undefined) : await readPricesFile(flags.prices, tools);
  if (!prices.ok) return prices;
  const request = { candidate: [...operands], reference, purpose, seed, quick, schema: schema.value };
  return done({ ...request, target, group, time, maxMemoryBytes, prices: prices.value });
}
