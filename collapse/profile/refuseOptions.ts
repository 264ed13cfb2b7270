import type { TablePlan } from "../contracts/columns.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import type { CheckOptions } from "../contracts/options.ts";

/**
 * What the options ask of the columns that the profile has fixed otherwise; null where they agree. Saying again what
 * the profile was made with is no error.
 */
export function refuseOptions(plan: TablePlan, options: CheckOptions, file: string): CheckFailure | null {
  const { target, group, schema } = options;
  const columnOf = (name: string) => plan.columns.find((column) => column.name === name);
  const refuse = (asked: string, column: string): CheckFailure => ({
    code: "bad_option",
    detail: `${asked} is not how the profile was made, and a profile fixes how columns are read.`,
    fix: "Leave the option out, or make the profile again with it.",
    file,
    column,
  });
  if (target !== undefined && columnOf(target)?.role !== "target")
    return refuse(`--target ${target}`, target);
  if (group !== undefined && plan.group !== group) return refuse(`--group ${group}`, group);
  for (const [name, said] of Object.entries(schema.columns)) {
    const column = columnOf(name);
    const isOther =
      (said.type !== undefined && said.type !== column?.kind) ||
      (said.role !== undefined && said.role !== column?.role);
    if (isOther) return refuse(`What the schema file says of "${name}"`, name);
  }
  return null;
}
