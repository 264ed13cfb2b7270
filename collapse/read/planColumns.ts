import type { ColumnKind, ColumnPlan, ColumnRole, TablePlan } from "../contracts/columns.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import type { CheckOptions } from "../contracts/options.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { columnRoles, type Roles } from "./columnRoles.ts";
import { EVERYTHING, isAnalyzed, isRead } from "./columnTypes.ts";
import { findUnreadableType } from "./findUnreadableType.ts";
import { inferKind } from "./inferKind.ts";
import { explainReadError } from "./readError.ts";
import { readQuantiles } from "./readQuantiles.ts";
import { type ColumnFacts, surveyColumns } from "./surveyColumns.ts";
import type { ColumnPreset, Table } from "./table.ts";

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
    const columns = facts.map((fact) =>
      planColumn(fact, reference.presets, options, { roles: roles.value, group }),
    );
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
  presets: Table["presets"],
  options: CheckOptions,
  { roles, group }: { readonly roles: Roles; readonly group: string | null },
): ColumnPlan {
  const { name } = facts;
  const said = roles.said.get(name);
  const preset = presets.get(name);
  const type = options.schema.columns[name]?.type;
  const unit = unitOf(options, name);
  if (name === group) {
    const because =
      said === "group" ? "it groups rows, as asked" : (preset?.because ?? "it groups rows, by its name");
    return { name, kind: "id", role: "group", because };
  }
  if (said === "id") return { name, kind: "id", role: "id", because: SAID };
  const role: ColumnRole = said ?? preset?.role ?? "feature";
  if (type !== undefined)
    return {
      name,
      kind: type,
      role,
      because: SAID,
      ...unit,
      ...valuesOf(type, facts),
      ...widthOf(type, facts),
    };
  const inferred = inferKind(facts, said === undefined || said === "ignore");
  const { kind, because } = preset === undefined ? inferred : presetKind(preset, inferred);
  return {
    name,
    kind,
    role:
      inferred.isRefused && said !== "target" ? "ignore" : kind === "id" && said === undefined ? "id" : role,
    because,
    ...unit,
    ...valuesOf(kind, facts),
    ...widthOf(kind, facts),
  };
}

const SAID = "the schema file says so";

/** Documents are documents however short they are, unless they are so few that they are levels. */
function presetKind(
  { isText, because }: ColumnPreset,
  inferred: { readonly kind: ColumnKind; readonly because: string },
): { readonly kind: ColumnKind; readonly because: string } {
  if (!isText) return { kind: inferred.kind, because };
  return inferred.kind === "level"
    ? { kind: "level", because: `${because}; ${inferred.because}` }
    : { kind: "text", because };
}

const unitOf = ({ schema }: CheckOptions, name: string): Pick<ColumnPlan, "unit"> => {
  const unit = schema.columns[name]?.unit;
  return unit === undefined ? {} : { unit };
};

const widthOf = (kind: ColumnKind, { listLength }: ColumnFacts): Pick<ColumnPlan, "width"> =>
  kind === "vector" && listLength !== null ? { width: listLength } : {};

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
  if (columns.some((column) => isRead(column, EVERYTHING))) return null;
  const kinds = columns.map(({ name, kind }) => `"${name}" is ${kind}`).slice(0, 3);
  return {
    code: "no_columns",
    detail: `${file ?? "The reference"} has no column that can be analyzed: ${kinds.join(", ")}.`,
    fix: "Numbers, levels, categories and dates are analyzed; say in the schema file which columns are.",
    file,
    column: null,
  };
}
