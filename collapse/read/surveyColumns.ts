import type { ValueType } from "../contracts/columns.ts";
import { isInteger, isListOfNumbers, numberSql, textSql, valueTypeOf } from "./columnTypes.ts";
import { quotedName } from "./database.ts";
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
/** An identifier is one in its first two million rows, and the memory for more need not be taken. */
const MOST_COUNTED_ROWS = 2_000_000;

/**
 * Looks at the first rows of every column, then at all rows of those that these leave open: of few distinct values
 * more may follow, and what is unique may repeat.
 */
export async function surveyColumns(table: Table): Promise<readonly ColumnFacts[]> {
  const { relation, database } = table.source;
  const first = `(SELECT * FROM ${relation} LIMIT ${FIRST_ROWS})`;
  const selected = table.columns.flatMap((column, index) => firstSql(column, index));
  const row = (await database.rows(`SELECT ${selected.join(", ")} FROM ${first}`))[0] ?? {};
  const facts = table.columns.map((column, index) => factsOf(column, row, index));
  if (table.rows <= FIRST_ROWS) return facts;
  const open = facts.filter(isOpen);
  if (open.length === 0) return facts;
  const counted = await countAll(table, open);
  return facts.map((fact) => counted.get(fact.name) ?? fact);
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

/** Reals are measurements however distinct they are; so are long strings texts. */
function isUnique({ sqlType }: TableColumn, { present, distinct, words }: Counts): boolean {
  const canName = isInteger(sqlType) || (valueTypeOf(sqlType) === "string" && words <= MOST_WORDS);
  return canName && present > 1 && distinct >= UNIQUE_SHARE * present;
}

/** Whether the rows behind the first ones may change what the column is. */
function isOpen(fact: ColumnFacts): boolean {
  if (fact.values === null || fact.values === "boolean") return false;
  if (fact.isUnique || fact.distinct <= MOST_LEVELS) return true;
  return fact.values === "string" && fact.words <= MOST_WORDS && fact.distinct <= MOST_CATEGORIES;
}

async function countAll(table: Table, open: readonly ColumnFacts[]): Promise<Map<string, ColumnFacts>> {
  const { relation, database } = table.source;
  const expressions = open.map(countedSql);
  const rows = `(SELECT ${expressions.map((sql, index) => `${sql} AS c${index}`).join(", ")} FROM ${relation})`;
  const limited = `(FROM ${rows} LIMIT ${MOST_COUNTED_ROWS})`;
  const counts = open.flatMap((_, index) => [
    `count(c${index})::DOUBLE AS present_${index}`,
    `count(DISTINCT CASE WHEN c${index} IS NOT NULL THEN hash(c${index}) END)::DOUBLE AS distinct_${index}`,
  ]);
  const exact = (await database.rows(`SELECT ${counts.join(", ")} FROM ${limited}`))[0] ?? {};
  // Of larger tables the rest is estimated in flat memory (HyperLogLog); its error of a fifth is far from what counts.
  const estimates = open.map((_, index) => `approx_count_distinct(c${index})::DOUBLE AS estimate_${index}`);
  const isLarge = table.rows > MOST_COUNTED_ROWS;
  const whole = isLarge
    ? ((await database.rows(`SELECT ${estimates.join(", ")} FROM ${rows}`))[0] ?? {})
    : {};
  return new Map(
    open.map((fact, index) => {
      const present = Number(exact[`present_${index}`] ?? 0);
      const seen = Number(exact[`distinct_${index}`] ?? 0);
      const estimate = Number(whole[`estimate_${index}`] ?? 0);
      const distinct = estimate > 2 * Math.max(seen, MOST_LEVELS) ? estimate : seen;
      const counted = { present, distinct: seen, words: fact.words };
      return [fact.name, { ...fact, present, distinct, isUnique: isUnique(fact, counted) }];
    }),
  );
}
