import { z } from "zod";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import { readText } from "../files.ts";

/** What a JSON file of the user's is to be. */
export interface JsonFile<Value> {
  /** As people call it: "schema file". */
  readonly kind: string;
  readonly schema: z.ZodType<Value>;
  /** How one may look. */
  readonly example: string;
}

/** A JSON file that an option names, parsed; what is wrong with it is said with the place. */
export async function readJsonFile<Value>(
  name: string,
  { kind, schema, example }: JsonFile<Value>,
  tools: Tools,
): Promise<Outcome<Value, CommandFailure>> {
  const text = await readText(name, tools);
  if (!text.ok) return wrongData(`${name} cannot be read.`, `Name a ${kind} that is there.`);
  const json = parseJson(text.value);
  if (!json.ok) return wrongData(`${name} is no JSON.`, `Write it as ${example}.`);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return done(parsed.data);
  const [issue] = parsed.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  return wrongData(
    `${name} is no ${kind}${at}: ${issue?.message ?? z.prettifyError(parsed.error)}.`,
    `Write it as ${example}.`,
  );
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
