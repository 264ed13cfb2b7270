import type { ColumnPlan, TablePlan, ValueType } from "../contracts/columns.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import type { SchemaFile } from "../contracts/options.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { EVERYTHING, epochSql, isListOfNumbers, isRead, numberSql, valueTypeOf } from "./columnTypes.ts";
import { quotedName } from "./database.ts";
import { findUnitChange } from "./findUnitChange.ts";
import { suggestion } from "./nearestName.ts";
import { explainReadError } from "./readError.ts";
import { type Reading, readingOf } from "./reading.ts";
import { readQuantiles } from "./readQuantiles.ts";
import type { Table } from "./table.ts";

/**
 * Whether the candidate has what the plan reads, by name and of the same type and unit; and which of its columns the
 * reference has not. Failures: `column_missing`, `column_retyped`, `unit_changed`, `file_unreadable`.
 */
export async function matchColumns(
  plan: TablePlan,
  candidate: Table,
  schema: SchemaFile = { columns: {} },
): Promise<Outcome<{ readonly ignored: readonly string[] }, CheckFailure>> {
  const reading = readingOf(candidate, plan);
  const names = candidate.columns.map(({ name }) => name);
  const needed = plan.columns.filter((column) => isRead(column, EVERYTHING) || column.name === plan.group);
  const missing = needed.find(({ name }) => !reading.sqlTypes.has(name));
  if (missing !== undefined) return failed(missingColumn(missing, names, candidate));
  try {
    for (const column of needed.filter((one) => isRead(one, EVERYTHING))) {
      const retyped = await findRetyped(column, candidate, reading);
      if (retyped !== null) return failed(retyped);
    }
    const read = await readQuantiles(candidate, plan.columns.map(withoutQuantiles));
    for (const [index, column] of plan.columns.entries()) {
      const said = schema.columns[column.name];
      // Who declares the unit knows it: what is left of a difference is judged.
      if (said?.unit !== undefined || said?.scale !== undefined) continue;
      const change = findUnitChange(column.quantiles, read[index]?.quantiles);
      if (change !== null) return failed(changedUnit(column.name, change, candidate));
    }
  } catch (error) {
    return failed(explainReadError(error, candidate.files));
  }
  const known = new Set(plan.columns.map(({ name }) => name));
  return done({ ignored: names.filter((name) => !known.has(name)) });
}

function withoutQuantiles({ quantiles: _, ...column }: ColumnPlan): ColumnPlan {
  return column;
}

/** A column of another type is the same all the same where each of its values reads as one of the reference's type. */
async function findRetyped(column: ColumnPlan, table: Table, reading: Reading): Promise<CheckFailure | null> {
  const { name, values } = column;
  const sqlType = reading.sqlTypes.get(name) ?? "";
  if (column.kind === "vector" && !isListOfNumbers(sqlType) && sqlType !== "VARCHAR")
    return retypedColumn(column, "lists of numbers", table.rows, table);
  if (values === undefined || valueTypeOf(sqlType) === values) return null;
  const present = `count(${valueTypeOf(sqlType) === "string" ? `nullif(${quotedName(name)}::VARCHAR, '')` : quotedName(name)})`;
  const readable =
    valueTypeOf(sqlType) === "string" || sqlType === "JSON" ? readableSql(values, name, sqlType) : "0";
  const sql = `SELECT ${present}::DOUBLE AS present, ${readable}::DOUBLE AS readable FROM ${reading.relation}`;
  const counted = (await table.source.database.rows(sql))[0] ?? {};
  const others = Number(counted.present ?? 0) - Number(counted.readable ?? 0);
  return others <= 0 ? null : retypedColumn(column, PLURAL[values], others, table);
}

function readableSql(values: ValueType, name: string, sqlType: string): string {
  switch (values) {
    case "number":
      return `count(${numberSql(name, sqlType)})`;
    case "date":
      return `count(${epochSql(name, sqlType)})`;
    case "boolean":
      return `count(TRY_CAST(${quotedName(name)} AS BOOLEAN))`;
    case "string":
      return "0";
  }
}

const missingColumn = ({ name }: ColumnPlan, names: readonly string[], { files }: Table): CheckFailure => ({
  code: "column_missing",
  detail: `The candidate has no column "${name}", which the reference has.`,
  fix: `Add it, or give it the role ignore in the schema file.${suggestion(name, names)}`,
  file: files[0] ?? null,
  column: name,
});

const PLURAL: Readonly<Record<ValueType, string>> = {
  number: "numbers",
  string: "strings",
  boolean: "true or false",
  date: "dates",
};

const retypedColumn = (column: ColumnPlan, wanted: string, others: number, table: Table): CheckFailure => ({
  code: "column_retyped",
  detail: `"${column.name}" holds ${wanted} in the reference; in the candidate ${others.toLocaleString("en-US")} of ${table.rows.toLocaleString("en-US")} rows hold something else.`,
  fix: "Write the column as the reference has it, or give it the role ignore in the schema file.",
  file: table.files[0] ?? null,
  column: column.name,
});

const changedUnit = (name: string, factor: string, { files }: Table): CheckFailure => ({
  code: "unit_changed",
  detail: `"${name}" has the reference's distribution times ${factor}: its unit has changed.`,
  fix: "Convert the column to the reference's unit, or declare its `scale` or `unit` in the schema file.",
  file: files[0] ?? null,
  column: name,
});
