import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { Measure, Measured, PoolMeasure } from "../contracts/metrics.ts";
import type { Lanes } from "../parallel/openLanes.ts";
import { type DrawCounts, type Draws, measureSides, planPool, poolDraws } from "./measureDraws.ts";
import { nullOf, zOf } from "./nullOf.ts";
import { type DrawPlan, planDraws } from "./planDraws.ts";
import { quantileOf, sortedFinite } from "./quantile.ts";

/** How the candidate differs from the reference, and how surely. */
export interface Evidence {
  readonly measured: readonly Measured[];
  /** The largest |z| of the metrics in evidence. */
  readonly t: number;
  /** Chance that the reference against itself differs as much. */
  readonly p: number;
  /** 95 % of the nulls have a smaller T. */
  readonly null95: number;
  readonly rowsASide: number;
  readonly drawnBy: DrawPlan["by"];
  /** Whether a verdict other than `collapsed` may rest on so few rows or groups. */
  readonly enoughRows: boolean;
}

export interface EvidenceOptions {
  readonly seed: number;
  /** Of the null: the first half gives widths, the second T. */
  readonly draws: number;
  /** Rows of either table that neighbors and discriminators see; 2,000. */
  readonly poolRows?: number;
  /** Whether rows belong to groups that are never split; false. */
  readonly grouped?: boolean;
  /** Rows a side that a verdict other than `collapsed` needs; 200. */
  readonly leastRows?: number;
  /** Metrics of what a table's rows are made of, drawn as they ask for it; none. */
  readonly drawMore?: (counts: DrawCounts) => readonly Draws[];
}

/** One draw of the candidate would be too bold: its noise is not the null's. */
const CANDIDATE_DRAWS = 20;

/**
 * Measures the candidate against the reference, and the reference against itself as often as `draws` says.
 *
 * Each metric becomes z: its distance from the null's median in half-widths of the null, both of the first half of the
 * draws. T is the largest |z|, p = (1 + #{T of the null ≥ T}) / (B + 1) over the B draws of the
 * second half, so that no draw is judged by a width that it had a part in. The candidate is the median of its draws.
 */
export function measureEvidence(
  tables: Tables,
  frame: Frame,
  measures: readonly Measure[],
  poolMeasures: readonly PoolMeasure[],
  options: EvidenceOptions,
): Evidence {
  const asked = planEvidence(tables, frame, options);
  const pool = planPool(tables, asked);
  const results = poolMeasures.map((measure) => measure.measure(pool.pool, pool.draws));
  return evidenceOf(asked, [
    measureSides(tables, frame, measures, asked),
    ...poolDraws(poolMeasures, results, pool),
    ...(options.drawMore?.(asked.counts) ?? []),
  ]);
}

/** The same, with the pool measured on a lane while this thread measures sums of rows: the same bytes. */
export async function measureEvidenceInLanes(
  lanes: Lanes | null,
  ...asking: Parameters<typeof measureEvidence>
): Promise<Evidence> {
  const [tables, frame, measures, poolMeasures, options] = asking;
  if (lanes === null || poolMeasures.length === 0) return measureEvidence(...asking);
  const asked = planEvidence(tables, frame, options);
  const pool = planPool(tables, asked);
  const results = lanes.call("measurePool", { frame, pool: pool.pool, draws: pool.draws });
  // Whoever waits for it hears of a failure; until then nobody listens.
  results.catch(() => {});
  // Else it would be sent only when this thread comes to rest.
  await new Promise(setImmediate);
  const ofSides = measureSides(tables, frame, measures, asked);
  const more = options.drawMore?.(asked.counts) ?? [];
  return evidenceOf(asked, [ofSides, ...poolDraws(poolMeasures, await results, pool), ...more]);
}

interface Tables {
  readonly reference: Summary;
  readonly candidate: Summary;
}

interface Asked {
  readonly plan: DrawPlan;
  readonly counts: DrawCounts;
  readonly grouped: boolean;
  readonly seed: number;
}

function planEvidence(
  { reference, candidate }: Tables,
  frame: Frame,
  { seed, draws, poolRows = 2_000, grouped = false, leastRows }: EvidenceOptions,
): Asked {
  return {
    plan: planDraws(reference, candidate, frame, grouped, leastRows),
    counts: { nulls: draws, candidates: CANDIDATE_DRAWS, poolRows },
    grouped,
    seed,
  };
}

function evidenceOf({ plan, counts, grouped }: Asked, parts: readonly Draws[]): Evidence {
  const widthDraws = Math.floor(counts.nulls / 2);
  const nullTs = new Float64Array(counts.nulls - widthDraws);
  const measured = parts.flatMap((part) => {
    const widened = grouped ? widenFloors(part, counts, widthDraws) : part;
    return measureAgainstNull(widened, counts, widthDraws, nullTs);
  });
  const t = measured.reduce((most, { z, inEvidence }) => (inEvidence ? atLeast(most, z) : most), 0);
  const asMuch = nullTs.reduce((sum, nullT) => sum + (nullT >= t ? 1 : 0), 0);
  return {
    measured,
    t,
    p: (1 + asMuch) / (nullTs.length + 1),
    null95: quantileOf(sortedFinite(nullTs), 0.95),
    rowsASide: plan.rowsASide,
    drawnBy: plan.by,
    enoughRows: plan.enoughRows,
  };
}

/**
 * Floors for rows that come in groups. They are what so many independent rows could tell, and rows of a group tell
 * less: how much less is seen in the nulls of most metrics, which are as many times wider than their floors.
 */
function widenFloors(part: Draws, counts: DrawCounts, widthDraws: number): Draws {
  const width = part.keys.length;
  const ratios = part.keys.map((_, place) => {
    const { below, above } = nullOf(
      columnOf(part.nulls, place, width, counts.nulls).subarray(0, widthDraws),
      0,
    );
    return (below + above) / 2 / (part.floors[place] ?? Number.NaN);
  });
  const usual = quantileOf(sortedFinite(ratios.filter((ratio) => ratio > 0)), 0.5);
  return { ...part, floors: part.floors.map((floor) => (usual > 1 ? floor * usual : floor)) };
}

/** Puts each metric beside its null, and raises `nullTs` to the |z| that the draws behind `widthDraws` have. */
function measureAgainstNull(
  part: Draws,
  counts: DrawCounts,
  widthDraws: number,
  nullTs: Float64Array,
): readonly Measured[] {
  const width = part.keys.length;
  return part.keys.map((key, place) => {
    const nulls = columnOf(part.nulls, place, width, counts.nulls);
    const own = nullOf(nulls.subarray(0, widthDraws), part.floors[place] ?? 0);
    if (key.inEvidence)
      for (let draw = widthDraws; draw < counts.nulls; draw++)
        nullTs[draw - widthDraws] = atLeast(nullTs[draw - widthDraws] ?? 0, zOf(nulls[draw] ?? 0, own));
    const sorted = sortedFinite(nulls);
    const value = quantileOf(sortedFinite(columnOf(part.candidates, place, width, counts.candidates)), 0.5);
    return {
      ...key,
      value,
      nullMedian: own.median,
      nullLow: quantileOf(sorted, 0.025),
      nullHigh: quantileOf(sorted, 0.975),
      z: zOf(value, own),
    };
  });
}

/** The larger of `most` and |z|; what cannot be computed counts for nothing. */
const atLeast = (most: number, z: number): number => (Math.abs(z) > most ? Math.abs(z) : most);

function columnOf(values: Float64Array, place: number, width: number, draws: number): Float64Array {
  return Float64Array.from({ length: draws }, (_, draw) => values[draw * width + place] ?? Number.NaN);
}
