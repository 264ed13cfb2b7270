import type { ColumnKind, ColumnPlan, ColumnRole, TablePlan } from "../contracts/columns.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import type { CheckOptions } from "../contracts/options.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { columnRoles, type Roles } from "./columnRoles.ts";
import { isAnalyzed } from "./columnTypes.ts";
import { findUnreadableType } from "./findUnreadableType.ts";
import { inferKind } from "./inferKind.ts";
import { explainReadError } from "./readError.ts";
import { readQuantiles } from "./readQuantiles.ts";
import { type ColumnFacts, surveyColumns } from "./surveyColumns.ts";
import type { Table } from "./table.ts";

/**
 * How both tables are read, inferred from the reference and overridden by the options. Failures: `bad_option` (they
 * name what is not there, or what cannot be), `no_columns` (nothing can be analyzed), `file_unreadable`.
 */
export async function planColumns(
  reference: Table,
  options: CheckOptions,
): Promise<Outcome<TablePlan, CheckFailure>> {
  const names = reference.columns.map(({ name }) => name);
  const roles = columnRoles(names, options);
  if (!roles.ok) return roles;
  try {
    const facts = await surveyColumns(reference);
    const group = groupOf(roles.value, facts);
    const columns = facts.map((fact) => planColumn(fact, options, roles.value, group));
    const refusal = refusalOf(columns, reference) ?? (await findUnreadableType(reference, facts, options));
    if (refusal !== null) return failed(refusal);
    return done({ columns: await readQuantiles(reference, columns), group });
  } catch (error) {
    return failed(explainReadError(error, reference.files));
  }
}

/** A group by name alone must group: where each row has its own, the column is an identifier like any other. */
function groupOf({ said, inferredGroup }: Roles, facts: readonly ColumnFacts[]): string | null {
  const named = [...said].find(([, role]) => role === "group")?.[0];
  if (named !== undefined) return named;
  return facts.some(({ name, isUnique }) => name === inferredGroup && isUnique) ? null : inferredGroup;
}

function planColumn(
  facts: ColumnFacts,
  options: CheckOptions,
  roles: Roles,
  group: string | null,
): ColumnPlan {
  const { name } = facts;
  const said = roles.said.get(name);
  const type = options.schema.columns[name]?.type;
  if (name === group) {
    const because = said === "group" ? "it groups rows, as asked" : "it groups rows, by its name";
    return { name, kind: "id", role: "group", because };
  }
  if (said === "id") return { name, kind: "id", role: "id", because: "the schema file says so" };
  const role: ColumnRole = said ?? "feature";
  if (type !== undefined)
    return { name, kind: type, role, because: "the schema file says so", ...valuesOf(type, facts) };
  const { kind, because } = inferKind(facts, said === undefined || said === "ignore");
  return {
    name,
    kind,
    role: kind === "id" && said === undefined ? "id" : role,
    because,
    ...valuesOf(kind, facts),
  };
}

/** What the values are read as: strings of a column of numbers are its numbers. */
function valuesOf(kind: ColumnKind, { values }: ColumnFacts): Pick<ColumnPlan, "values"> {
  if (kind === "number") return { values: "number" };
  if (kind === "date") return { values: values === "number" ? "number" : "date" };
  return values === null || kind === "text" || kind === "vector" || kind === "id" ? {} : { values };
}

function refusalOf(columns: readonly ColumnPlan[], { files }: Table): CheckFailure | null {
  const file = files[0] ?? null;
  const target = columns.find(({ role }) => role === "target");
  if (target !== undefined && !isAnalyzed(target))
    return {
      code: "bad_option",
      detail: `The target "${target.name}" cannot be predicted: it is read as ${target.kind} (${target.because}).`,
      fix: "Choose a column of numbers, levels or categories, or give it such a type in the schema file.",
      file,
      column: target.name,
    };
  if (columns.some(isAnalyzed)) return null;
  const kinds = columns.map(({ name, kind }) => `"${name}" is ${kind}`).slice(0, 3);
  return {
    code: "no_columns",
    detail: `${file ?? "The reference"} has no column that can be analyzed: ${kinds.join(", ")}.`,
    fix: "Numbers, levels, categories and dates are analyzed; say in the schema file which columns are.",
    file,
    column: null,
  };
}
