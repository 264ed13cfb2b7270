import { z } from "zod";
import { type SchemaFile, schemaFileSchema } from "../../collapse/contracts/options.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import { readText } from "../files.ts";

const SHAPE = '{"columns": {"age": {"type": "number", "role": "target"}}}';

/** The schema file that `--schema` names: what the columns are, where the inference is to be told. */
export async function readSchemaFile(
  name: string,
  tools: Tools,
): Promise<Outcome<SchemaFile, CommandFailure>> {
  const text = await readText(name, tools);
  if (!text.ok) return wrongData(`${name} cannot be read.`, "Name a schema file that is there.");
  const json = parseJson(text.value);
  if (!json.ok) return wrongData(`${name} is no JSON.`, `Write it as ${SHAPE}.`);
  const parsed = schemaFileSchema.safeParse(json.value);
  if (parsed.success) return done(parsed.data);
  const [issue] = parsed.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  return wrongData(
    `${name} is no schema file${at}: ${issue?.message ?? z.prettifyError(parsed.error)}.`,
    `Write it as ${SHAPE}.`,
  );
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
