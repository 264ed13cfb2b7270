import type { ColumnPlan } from "../contracts/columns.ts";
import { isAnalyzed, numberSql } from "./columnTypes.ts";
import { type Reading, readingOf } from "./reading.ts";
import { numberItems } from "./readVector.ts";
import { columnList } from "./relation.ts";
import type { Table } from "./table.ts";

export type Quantiles = NonNullable<ColumnPlan["quantiles"]>;

/** 1 % to 99 %. */
const SHARES: readonly number[] = Array.from({ length: 99 }, (_, index) => (index + 1) / 100);

const SAMPLED_ROWS = 20_000;
/** Fewer values say too little of a distribution. */
const LEAST_VALUES = 200;

/** The plan's columns, those of numbers with their quantiles in `table`; without where it has few values of them. */
export async function readQuantiles(
  table: Table,
  columns: readonly ColumnPlan[],
): Promise<readonly ColumnPlan[]> {
  const reading = readingOf(table, { columns, group: null });
  const wanted = columns.filter((column) => column.kind === "number" && isAnalyzed(column));
  const quantiles = await quantilesOf(table, wanted, reading);
  return columns.map((column) => {
    const its = quantiles.get(column.name);
    return its === undefined ? column : { ...column, quantiles: its };
  });
}

/**
 * Quantiles of some 20,000 rows, by column. A row is taken by the hash of its numbers, so that neither its place nor
 * the number of threads changes which are.
 */
async function quantilesOf(
  { rows, source }: Table,
  columns: readonly ColumnPlan[],
  { relation, sqlTypes }: Reading,
): Promise<ReadonlyMap<string, Quantiles>> {
  if (columns.length === 0) return new Map();
  const names = columns.map(({ name }) => name);
  const numbers = names.map((name) => numberSql(name, sqlTypes.get(name) ?? "DOUBLE"));
  const every = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
  const sampled = every === 1 ? "" : ` WHERE hash(${columnList(names)}) % ${every} = 0`;
  const selected = numbers.map((sql) => `coalesce(${sql}, 'NaN'::DOUBLE)`).join(", ");
  const parts: Float64Array[][] = names.map(() => []);
  for await (const chunk of source.database.chunks(`SELECT ${selected} FROM ${relation}${sampled}`))
    parts.forEach((part, index) => {
      part.push(numberItems(chunk.getColumnVector(index)).slice());
    });
  return new Map(
    names.flatMap((name, index) => {
      const quantiles = quantilesOfParts(parts[index] ?? []);
      return quantiles === null ? [] : [[name, quantiles] as const];
    }),
  );
}

/** Nearest ranks, since between two of them a value might lie that the column never holds. */
function quantilesOfParts(parts: readonly Float64Array[]): Quantiles | null {
  const values = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let present = 0;
  for (const part of parts) for (const value of part) if (!Number.isNaN(value)) values[present++] = value;
  if (present < LEAST_VALUES) return null;
  const sorted = values.subarray(0, present).sort();
  return { of: present, values: SHARES.map((share) => sorted[Math.floor(share * present)] ?? 0) };
}
