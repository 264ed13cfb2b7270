import type { ValueType } from "../contracts/columns.ts";
import { isInteger, isListOfNumbers, numberSql, textSql, valueTypeOf } from "./columnTypes.ts";
import { batchesOf, countDistinct } from "./countDistinct.ts";
import { quotedName } from "./database.ts";
import { columnList } from "./relation.ts";
import type { Table, TableColumn } from "./table.ts";

/** What a column holds, as far as its kind depends on it. */
export interface ColumnFacts {
  readonly name: string;
  readonly sqlType: string;
  /** Null: lists, objects, bytes. */
  readonly values: ValueType | null;
  /** Rows that have a value, of those looked at. */
  readonly present: number;
  /** Distinct values among these. */
  readonly distinct: number;
  /** Whether at least 99 % of the values of an integer or a short string stand once. */
  readonly isUnique: boolean;
  /** Words that 99 % of the strings do not exceed. */
  readonly words: number;
  /** Numbers in the shortest list; null where the column holds none. */
  readonly listLength: number | null;
}

export const MOST_LEVELS = 64;
export const MOST_CATEGORIES = 5_000;
export const MOST_WORDS = 3;
const UNIQUE_SHARE = 0.99;
/** Decides most columns: what has over 5,000 distinct values here has them in the table. */
const FIRST_ROWS = 20_000;
/** Sets of distinct values that are held together. */
const COLUMNS_AT_ONCE = 64;

/**
 * Looks at the first rows of every column, then at all rows of those that these leave open: of few distinct values
 * more may follow, and what is unique may repeat.
 */
export async function surveyColumns(table: Table): Promise<readonly ColumnFacts[]> {
  const facts: ColumnFacts[] = [];
  for (const columns of batchesOf(table.columns, COLUMNS_AT_ONCE))
    facts.push(...(await lookAt(table, columns)));
  if (table.rows <= FIRST_ROWS) return facts;
  const counted = await countDistinct(
    table,
    facts.filter(isOpen).map((fact) => ({ fact, sql: countedSql(fact), mayBeUnique: fact.isUnique })),
  );
  return facts.map((fact) => {
    const counts = counted.get(fact);
    if (counts === undefined) return fact;
    const { present, distinct } = counts;
    return { ...fact, present, distinct, isUnique: isUnique(fact, { present, distinct, words: fact.words }) };
  });
}

async function lookAt({ source }: Table, columns: readonly TableColumn[]): Promise<readonly ColumnFacts[]> {
  const first = `(SELECT ${columnList(columns.map(({ name }) => name))} FROM ${source.relation} LIMIT ${FIRST_ROWS})`;
  const selected = columns.flatMap((column, index) => firstSql(column, index));
  const row = (await source.database.rows(`SELECT ${selected.join(", ")} FROM ${first}`))[0] ?? {};
  return columns.map((column, index) => factsOf(column, row, index));
}

/** A column's value, NULL where missing, to be counted. */
function countedSql({ name, sqlType }: TableColumn): string {
  const values = valueTypeOf(sqlType);
  if (values === null) return quotedName(name);
  // An integer is counted as it is: as a DOUBLE, identifiers beyond 2^53 would fall together.
  if (values === "number") return isInteger(sqlType) ? quotedName(name) : numberSql(name, sqlType);
  return textSql(name, sqlType, values);
}

function firstSql(column: TableColumn, index: number): readonly string[] {
  const counted = countedSql(column);
  const present = `count(${counted})::DOUBLE AS present_${index}`;
  const values = valueTypeOf(column.sqlType);
  if (values === null)
    return isListOfNumbers(column.sqlType)
      ? [present, `min(len(${quotedName(column.name)}))::DOUBLE AS length_${index}`]
      : [present];
  const distinct = `count(DISTINCT ${counted})::DOUBLE AS distinct_${index}`;
  if (values !== "string") return [present, distinct];
  const flat = `trim(translate(${counted}, chr(9) || chr(10) || chr(13), '   '))`;
  const words = `len(${flat}) - len(replace(${flat}, ' ', '')) + 1`;
  return [present, distinct, `quantile_disc(${words}, 0.99)::DOUBLE AS words_${index}`];
}

function factsOf(column: TableColumn, row: Record<string, unknown>, index: number): ColumnFacts {
  const numberAt = (name: string): number => Number(row[`${name}_${index}`] ?? 0);
  const present = numberAt("present");
  const distinct = numberAt("distinct");
  const words = numberAt("words");
  return {
    ...column,
    values: valueTypeOf(column.sqlType),
    present,
    distinct,
    isUnique: isUnique(column, { present, distinct, words }),
    words,
    listLength: isListOfNumbers(column.sqlType) ? numberAt("length") : null,
  };
}

interface Counts {
  readonly present: number;
  readonly distinct: number;
  readonly words: number;
}

/**
 * Reals are measurements however distinct they are, and long strings are texts. Of few rows nobody can tell: what is
 * unique in them is a level.
 */
function isUnique({ sqlType }: TableColumn, { present, distinct, words }: Counts): boolean {
  const canName = isInteger(sqlType) || (valueTypeOf(sqlType) === "string" && words <= MOST_WORDS);
  return canName && distinct > MOST_LEVELS && distinct >= UNIQUE_SHARE * present;
}

/** Whether the rows behind the first ones may change what the column is. */
function isOpen(fact: ColumnFacts): boolean {
  if (fact.values === null || fact.values === "boolean") return false;
  if (fact.isUnique || fact.distinct <= MOST_LEVELS) return true;
  return fact.values === "string" && fact.words <= MOST_WORDS && fact.distinct <= MOST_CATEGORIES;
}
