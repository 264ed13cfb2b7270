import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { Measure, MetricKey, Pool, PoolDraws, PoolMeasure, PoolResult } from "../contracts/metrics.ts";
import { seededRandom } from "../numerics/random.ts";
import { drawPool } from "./drawPool.ts";
import { prepareDraws, type Sides } from "./drawSides.ts";
import type { DrawPlan } from "./planDraws.ts";
import { poolOf } from "./poolOf.ts";

/** Every metric of every draw. */
export interface Draws {
  readonly keys: readonly MetricKey[];
  /** nulls × keys, draw by draw. */
  readonly nulls: Float64Array;
  /** candidates × keys. */
  readonly candidates: Float64Array;
  /** Of each key the least width that its null can have. */
  readonly floors: Float64Array;
}

export interface DrawCounts {
  readonly nulls: number;
  readonly candidates: number;
  /** Rows of either table that neighbors and discriminators see. */
  readonly poolRows: number;
}

interface Tables {
  readonly reference: Summary;
  readonly candidate: Summary;
}

/** Measures sums of rows: each draw makes two sides, of which all `measures` are taken. */
export function measureSides(
  tables: Tables,
  frame: Frame,
  measures: readonly Measure[],
  asked: { readonly plan: DrawPlan; readonly counts: DrawCounts; readonly seed: number },
): Draws {
  const { plan, counts, seed } = asked;
  const drawer = prepareDraws(tables, frame, plan, seededRandom(seed, "evidence"));
  const keys = measures.flatMap((measure) => measure.keys);
  const measureAll = (draws: number, draw: () => Sides): Float64Array => {
    const values = new Float64Array(draws * keys.length);
    for (let index = 0; index < draws; index++) {
      const { left, right } = draw();
      eachOffset(measures, (measure, offset) =>
        measure.measure(left, right, values, index * keys.length + offset),
      );
    }
    return values;
  };
  const floors = new Float64Array(keys.length);
  eachOffset(measures, (measure, offset) => measure.floorAt(plan.rowsASide, floors, offset));
  return {
    keys,
    nulls: measureAll(counts.nulls, drawer.drawNull),
    candidates: measureAll(counts.candidates, drawer.drawCandidate),
    floors: floors.map((floor) => Math.max(floor, 1 / plan.rowsASide) || 1 / plan.rowsASide),
  };
}

function eachOffset(measures: readonly Measure[], visit: (measure: Measure, offset: number) => void): void {
  let offset = 0;
  for (const measure of measures) {
    visit(measure, offset);
    offset += measure.keys.length;
  }
}

/** Rows of both tables, and which of them face each other in each draw. */
export interface PoolPlan {
  readonly pool: Pool;
  readonly draws: PoolDraws;
  readonly rowsASide: number;
}

/** Chooses the rows that neighbors and discriminators see: a pool of both tables, masked per draw. */
export function planPool(
  tables: Tables,
  asked: {
    readonly plan: DrawPlan;
    readonly counts: DrawCounts;
    readonly grouped: boolean;
    readonly seed: number;
  },
): PoolPlan {
  const { plan, counts, grouped, seed } = asked;
  const random = seededRandom(seed, "pool");
  const pool = poolOf(tables, counts.poolRows, random);
  const rowsASide = Math.min(plan.rowsASide, counts.poolRows / 2);
  return { pool, rowsASide, draws: drawPool(pool, { ...counts, rowsASide }, grouped, random) };
}

/** What was measured of a pool, as draws like all others. */
export function poolDraws(
  measures: readonly PoolMeasure[],
  results: readonly PoolResult[],
  { rowsASide }: PoolPlan,
): readonly Draws[] {
  return measures.flatMap(({ keys }, index) => {
    const result = results[index];
    return result ? [{ keys, ...result, floors: new Float64Array(keys.length).fill(1 / rowsASide) }] : [];
  });
}
