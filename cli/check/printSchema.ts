import type { CheckFailure } from "../../collapse/contracts/failure.ts";
import type { CheckRequest, SchemaFile } from "../../collapse/contracts/options.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Done, Screen } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import { runEngine } from "./runCheck.ts";

/** The engine's inference, as this command calls it. */
export type InferSchema = (
  request: CheckRequest,
  listen: unknown,
) => Promise<Outcome<SchemaFile, CheckFailure>>;

/** How a check would read the columns, as the file that `--schema` takes: a line for each column. */
export async function printSchema(
  load: () => Promise<InferSchema>,
  request: CheckRequest,
  screen: Screen,
): Promise<Outcome<Done, CommandFailure>> {
  const schema = await runEngine(async (listen) => (await load())(request, listen), screen);
  if (!schema.ok) return schema;
  const lines = Object.entries(schema.value.columns).map(
    ([name, column]) => `    ${JSON.stringify(name)}: ${JSON.stringify(column)}`,
  );
  return done({ json: schema.value, out: `{\n  "columns": {\n${lines.join(",\n")}\n  }\n}` });
}
