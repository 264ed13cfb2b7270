import type { Table } from "./table.ts";

/** Distinct values of a column among its rows with one. */
interface DistinctCount {
  readonly present: number;
  readonly distinct: number;
}

/** What is to be counted: `sql` is a column's value, NULL where missing; `fact` is what the answer is found by. */
interface Counted<Fact> {
  readonly fact: Fact;
  readonly sql: string;
  /** Whether most values may be distinct: their set is large. */
  readonly mayBeUnique: boolean;
}

/** An identifier is one in its first two million rows, and the memory for more need not be taken. */
const MOST_ROWS = 2_000_000;
const SMALL_SETS_AT_ONCE = 64;
const LARGE_SETS_AT_ONCE = 2;

/**
 * Counts distinct values in the first two million rows exactly. Of larger tables the rest is estimated in flat memory
 * (HyperLogLog, Flajolet 2007): where it finds more than twice as many, its number stands; it errs by up to a fifth.
 */
export async function countDistinct<Fact>(
  table: Table,
  columns: readonly Counted<Fact>[],
): Promise<ReadonlyMap<Fact, DistinctCount>> {
  const counts = new Map<Fact, DistinctCount>();
  const batches = [
    ...batchesOf(
      columns.filter((column) => !column.mayBeUnique),
      SMALL_SETS_AT_ONCE,
    ),
    ...batchesOf(
      columns.filter((column) => column.mayBeUnique),
      LARGE_SETS_AT_ONCE,
    ),
  ];
  for (const batch of batches) {
    const found = await countBatch(
      table,
      batch.map(({ sql }) => sql),
    );
    batch.forEach(({ fact }, index) => {
      const count = found[index];
      if (count !== undefined) counts.set(fact, count);
    });
  }
  return counts;
}

async function countBatch(table: Table, expressions: readonly string[]): Promise<readonly DistinctCount[]> {
  const { relation, database } = table.source;
  const rows = `(SELECT ${expressions.map((sql, index) => `${sql} AS c${index}`).join(", ")} FROM ${relation})`;
  const exact = expressions.flatMap((_, index) => [
    `count(c${index})::DOUBLE AS present_${index}`,
    `count(DISTINCT CASE WHEN c${index} IS NOT NULL THEN hash(c${index}) END)::DOUBLE AS distinct_${index}`,
  ]);
  const first = `(FROM ${rows} LIMIT ${MOST_ROWS})`;
  const counted = (await database.rows(`SELECT ${exact.join(", ")} FROM ${first}`))[0] ?? {};
  const estimated = table.rows > MOST_ROWS ? await estimate(table, rows, expressions.length) : [];
  return expressions.map((_, index) => {
    const distinct = Number(counted[`distinct_${index}`] ?? 0);
    const whole = estimated[index] ?? 0;
    return {
      present: Number(counted[`present_${index}`] ?? 0),
      distinct: whole > 2 * distinct + 64 ? whole : distinct,
    };
  });
}

async function estimate({ source }: Table, rows: string, columns: number): Promise<readonly number[]> {
  const selected = Array.from(
    { length: columns },
    (_, index) => `approx_count_distinct(c${index})::DOUBLE AS c${index}`,
  );
  const row = (await source.database.rows(`SELECT ${selected.join(", ")} FROM ${rows}`))[0] ?? {};
  return Array.from({ length: columns }, (_, index) => Number(row[`c${index}`] ?? 0));
}

/** `list` in parts of at most `size`. */
export const batchesOf = <Item>(list: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
