import type { TablePlan } from "../contracts/columns.ts";
import type { SchemaColumn, SchemaFile } from "../contracts/options.ts";

/** A plan as the schema file that says the same; what a file given for it declares of the candidate stays in it. */
export function schemaOf({ columns }: TablePlan, said: SchemaFile): SchemaFile {
  const described = columns.map(({ name, kind, role }): readonly [string, SchemaColumn] => [
    name,
    { ...said.columns[name], type: kind, role },
  ]);
  return { columns: Object.fromEntries(described) };
}
