import type { ColumnPlan, TablePlan, ValueType } from "../contracts/columns.ts";
import { quotedName } from "./database.ts";

const INTEGERS = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$|^BIGNUM$/;
const REALS = /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const TIMES = /^TIME(_NS)?$/;
const DATES = /^(DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/;
const STRINGS = /^(VARCHAR|UUID|ENUM\(.*\))$/s;
const LIST = /^(.*)\[\d*\]$/s;

export const isInteger = (sqlType: string): boolean => INTEGERS.test(sqlType);

/** What DuckDB's type holds; null for what is not one value: lists, objects, bytes. A time of day is its seconds. */
export function valueTypeOf(sqlType: string): ValueType | null {
  if (isInteger(sqlType) || REALS.test(sqlType) || TIMES.test(sqlType)) return "number";
  if (DATES.test(sqlType)) return "date";
  if (sqlType === "BOOLEAN") return "boolean";
  return STRINGS.test(sqlType) ? "string" : null;
}

export const isListOfNumbers = (sqlType: string): boolean => {
  const item = LIST.exec(sqlType)?.[1];
  return item !== undefined && (isInteger(item) || REALS.test(item));
};

/** Whether statistics are taken of the column; of the others only the name is shown. */
export const isAnalyzed = ({ kind, role }: ColumnPlan): boolean =>
  role !== "ignore" && kind !== "text" && kind !== "vector" && kind !== "id";

/** A pass that reads all that can be: what is not analyzed as a table may be as documents or vectors. */
export const EVERYTHING: TablePlan = { columns: [], group: null, reads: { text: true, vectors: true } };

/** Whether blocks hold the column: what is analyzed, and text and vectors where the plan reads them. */
export const isRead = (column: ColumnPlan, { reads = {} }: TablePlan): boolean =>
  isAnalyzed(column) ||
  (column.role !== "ignore" &&
    ((column.kind === "text" && reads.text === true) ||
      (column.kind === "vector" && reads.vectors === true)));

/** Whether the column is read as `Float64Array`; else as strings. */
export const isNumeric = (column: ColumnPlan, sqlType: string): boolean =>
  column.kind === "number" ||
  column.kind === "date" ||
  (column.kind === "level" && (column.values ?? valueTypeOf(sqlType)) === "number");

/** A column's value as SQL: DOUBLE, NULL where missing, not finite or not a number. */
export function numberSql(name: string, sqlType: string): string {
  const column = quotedName(name);
  if (TIMES.test(sqlType)) return `epoch(${column})`;
  const number =
    sqlType === "DOUBLE"
      ? column
      : valueTypeOf(sqlType) === "number"
        ? `${column}::DOUBLE`
        : `TRY_CAST(${column} AS DOUBLE)`;
  return isInteger(sqlType) ? number : `CASE WHEN isfinite(${number}) THEN ${number} END`;
}

/** A column's value as SQL: seconds since 1970 in UTC, NULL where missing or no date. */
export function epochSql(name: string, sqlType: string): string {
  const column = quotedName(name);
  return `epoch(${valueTypeOf(sqlType) === "date" ? column : `TRY_CAST(${column} AS TIMESTAMP)`})`;
}

/**
 * A column's value as SQL: VARCHAR, NULL where missing or empty. Equal values have equal text whatever the file's
 * type was: 7 of integers and 7.0 of reals are `7`, a day is its midnight.
 */
export function textSql(name: string, sqlType: string, values: ValueType): string {
  const column = quotedName(name);
  switch (values) {
    case "string":
      return `nullif(${sqlType === "VARCHAR" ? column : `${column}::VARCHAR`}, '')`;
    case "boolean":
      return `TRY_CAST(${column} AS BOOLEAN)::VARCHAR`;
    case "date":
      return `TRY_CAST(${column} AS TIMESTAMP)::VARCHAR`;
    case "number":
      return `regexp_replace((${numberSql(name, sqlType)})::VARCHAR, '\\.0$', '')`;
  }
}

/** What stands in a block for the column: a number that is NaN where missing, or text. */
export function blockSql(column: ColumnPlan, sqlType: string): string {
  const values = column.values ?? valueTypeOf(sqlType) ?? "string";
  if (!isNumeric(column, sqlType)) return textSql(column.name, sqlType, values);
  const isEpoch = column.kind === "date" && values !== "number";
  const number = isEpoch ? epochSql(column.name, sqlType) : numberSql(column.name, sqlType);
  return `coalesce(${number}, 'NaN'::DOUBLE)`;
}

/** Longer documents are read in part, so that a block of them has a bound. */
const MOST_SIGNS = 65_536;

/** A document as SQL: VARCHAR, NULL where missing or empty. */
export const documentSql = (name: string): string =>
  `nullif(left(${quotedName(name)}::VARCHAR, ${MOST_SIGNS}), '')`;

/** A list of numbers as SQL: DOUBLE[] of at least `width`, empty where it is missing, shorter or lacks one. */
export function vectorSql(name: string, sqlType: string, width: number): string {
  const column = quotedName(name);
  const list = isListOfNumbers(sqlType) ? `${column}::DOUBLE[]` : `TRY_CAST(${column} AS DOUBLE[])`;
  const isWhole = `list_count(${list}) >= ${width} AND list_count(${list}) = len(${list})`;
  return `CASE WHEN ${isWhole} THEN ${list} ELSE []::DOUBLE[] END`;
}
