import { type SchemaFile, schemaFileSchema } from "../../collapse/contracts/options.ts";
import type { Outcome } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import { readJsonFile } from "./readJsonFile.ts";

const SCHEMA_FILE = {
  kind: "schema file",
  schema: schemaFileSchema,
  example: '{"columns": {"age": {"type": "number", "role": "target"}}}',
};

/** The schema file that `--schema` names: what the columns are, where the inference is to be told. */
export const readSchemaFile = (name: string, tools: Tools): Promise<Outcome<SchemaFile, CommandFailure>> =>
  readJsonFile(name, SCHEMA_FILE, tools);
