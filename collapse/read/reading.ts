import type { ColumnPlan, TablePlan } from "../contracts/columns.ts";
import { isAnalyzed, valueTypeOf } from "./columnTypes.ts";
import type { Table } from "./table.ts";

/** Where the rows of a table come from when a plan reads them, and of what types they then are. */
export interface Reading {
  readonly relation: string;
  readonly sqlTypes: ReadonlyMap<string, string>;
}

/**
 * A CSV has no types of its own: a column that holds strings in the reference is read as it is written, though all
 * values of this file look like numbers (`007`) or truths (`True`).
 */
export function readingOf(table: Table, plan: TablePlan): Reading {
  const sqlTypes = new Map(table.columns.map(({ name, sqlType }) => [name, sqlType]));
  const { relation, asWritten } = table.source;
  const asText = plan.columns.filter((column) => isReadAsText(column, sqlTypes)).map(({ name }) => name);
  if (asWritten === null || asText.length === 0) return { relation, sqlTypes };
  for (const name of asText) sqlTypes.set(name, "VARCHAR");
  return { relation: asWritten(asText), sqlTypes };
}

function isReadAsText(column: ColumnPlan, sqlTypes: ReadonlyMap<string, string>): boolean {
  const sqlType = sqlTypes.get(column.name);
  return (
    isAnalyzed(column) &&
    column.values === "string" &&
    sqlType !== undefined &&
    valueTypeOf(sqlType) !== "string"
  );
}
