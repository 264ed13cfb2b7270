import { type Prices, pricesSchema } from "../../collapse/contracts/recommendations.ts";
import type { Outcome } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import { readJsonFile } from "./readJsonFile.ts";

const PRICES_FILE = {
  kind: "file of prices",
  schema: pricesSchema,
  example: '{"currency": "EUR", "real_row": 0.8, "synthetic_row": 0.01, "training_run": 4000}',
};

/** The file that `--prices` names: what the user pays for rows and for a training run. */
export const readPricesFile = (name: string, tools: Tools): Promise<Outcome<Prices, CommandFailure>> =>
  readJsonFile(name, PRICES_FILE, tools);
