import type { Aggregate, Frame, Summary } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { aggregateOf } from "../count/aggregateOf.ts";
import { summarize } from "../count/summarize.ts";
import { sumOf } from "../count/sumOf.ts";
import { frameOf } from "../encode/frameOf.ts";
import { memoryBlocks, planOf } from "../testTables.ts";

/** Columns of a table: numbers, numbers that are levels (`level` is the name's end), or categories. */
export type Columns = Readonly<Record<string, Float64Array | readonly (string | null)[]>>;

export interface CountedTable {
  readonly frame: Frame;
  readonly reference: Aggregate;
  readonly sampled: Summary;
  /** Counts another table in the same frame. */
  count(columns: Columns): Promise<Summary>;
}

/** @testOnly Counts a reference and says how others are counted beside it. */
export async function countTable(columns: Columns, target?: string): Promise<CountedTable> {
  const names = Object.keys(columns);
  const kinds = Object.fromEntries(
    names.filter((name) => name.endsWith("level")).map((name) => [name, "level" as const]),
  );
  const plan = planOf(columns, target === undefined ? { kinds } : { kinds, target });
  const blocksOf = (table: Columns) => memoryBlocks(table, plan, 16_384);
  const frame = await frameOf(blocksOf(columns), plan, 1);
  const count = (others: Columns, table: "reference" | "candidate"): Promise<Summary> =>
    summarize(blocksOf(others), frame, plan, { seed: 1, table });
  const sampled = await count(columns, "reference");
  return {
    frame,
    sampled,
    reference: sumOf(sampled.buckets),
    count: (others) => count(others, "candidate"),
  };
}

/** @testOnly The sums of some rows of a sample. */
export const aggregateSome = (summary: Summary, rows: Uint32Array, frame: Frame): Aggregate =>
  aggregateOf(summary.sample, rows, frame);

/** @testOnly Every metric of a measure by name: `ks age`, or `effective_rank`. */
export function valuesOf(
  measure: Measure,
  reference: Aggregate,
  other: Aggregate,
): ReadonlyMap<string, number> {
  const into = new Float64Array(measure.keys.length);
  measure.measure(reference, other, into, 0);
  return named(measure, into);
}

/** @testOnly The analytic deviations, by name. */
export function floorsOf(measure: Measure, s: number): ReadonlyMap<string, number> {
  const into = new Float64Array(measure.keys.length);
  measure.floorAt(s, into, 0);
  return named(measure, into);
}

const named = (measure: Measure, values: Float64Array): ReadonlyMap<string, number> =>
  new Map(
    measure.keys.map(({ metric, subject }, index) => [
      subject === null ? metric : `${metric} ${subject}`,
      values[index] ?? Number.NaN,
    ]),
  );

/** @testOnly Metrics of a whole table beside the whole reference. */
export async function compared(
  prepare: (frame: Frame, reference: Aggregate) => Measure,
  reference: Columns,
  other: Columns,
): Promise<ReadonlyMap<string, number>> {
  const { frame, reference: whole, count } = await countTable(reference);
  return valuesOf(prepare(frame, whole), whole, sumOf((await count(other)).buckets));
}

/** @testOnly `rows` draws of a number. */
export const drawn = (rows: number, draw: (row: number) => number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => draw(row));
