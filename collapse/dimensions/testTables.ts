import type { Aggregate, Frame, Summary } from "../contracts/aggregates.ts";
import type { Block, TablePlan } from "../contracts/columns.ts";
import type { Measure } from "../contracts/metrics.ts";
import { aggregateOf } from "../count/aggregateOf.ts";
import { summarize } from "../count/summarize.ts";
import { sumOf } from "../count/sumOf.ts";
import { frameOf } from "../encode/frameOf.ts";

/** Columns of a table for tests: numbers, numbers that are levels (`level` at the end of the name), or categories. */
export type Columns = Readonly<Record<string, Float64Array | readonly (string | null)[]>>;

export interface Counted {
  readonly frame: Frame;
  readonly reference: Aggregate;
  readonly sampled: Summary;
  /** Counts another table in the same frame. */
  count(columns: Columns): Promise<Summary>;
}

/** Counts a reference and says how others are counted beside it. */
export async function countTable(columns: Columns, target?: string): Promise<Counted> {
  const plan = planOf(columns, target);
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

const planOf = (columns: Columns, target: string | undefined): TablePlan => ({
  columns: Object.entries(columns).map(([name, values]) => ({
    name,
    kind: kindOf(name, values),
    role: name === target ? "target" : "feature",
    because: "the test says so",
  })),
  group: null,
});

const kindOf = (name: string, values: Columns[string]): "number" | "level" | "category" =>
  values instanceof Float64Array ? (name.endsWith("level") ? "level" : "number") : "category";

async function* blocksOf(columns: Columns): AsyncIterable<Block> {
  const all = Object.values(columns);
  yield { firstRow: 0, rows: all[0]?.length ?? 0, columns: all, groups: null };
}

/** The sums of some rows of a sample. */
export const aggregateSome = (summary: Summary, rows: Uint32Array, frame: Frame): Aggregate =>
  aggregateOf(summary.sample, rows, frame);

/** Every metric of a measure by name: `ks age`, or `effective_rank`. */
export function valuesOf(
  measure: Measure,
  reference: Aggregate,
  other: Aggregate,
): ReadonlyMap<string, number> {
  const into = new Float64Array(measure.keys.length);
  measure.measure(reference, other, into, 0);
  return named(measure, into);
}

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

/** Metrics of a whole table beside the whole reference. */
export async function compared(
  prepare: (frame: Frame, reference: Aggregate) => Measure,
  reference: Columns,
  other: Columns,
): Promise<ReadonlyMap<string, number>> {
  const { frame, reference: whole, count } = await countTable(reference);
  return valuesOf(prepare(frame, whole), whole, sumOf((await count(other)).buckets));
}

/** `rows` draws of a number. */
export const drawn = (rows: number, draw: (row: number) => number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => draw(row));
