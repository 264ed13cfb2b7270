import type { Frame, Summary } from "./contracts/aggregates.ts";
import type { TablePlan } from "./contracts/columns.ts";
import type { HarmResult } from "./contracts/harm.ts";
import type { CheckOptions } from "./contracts/options.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import { summarize } from "./count/summarize.ts";
import { sumOf } from "./count/sumOf.ts";
import { measuresOf } from "./dimensions/measuresOf.ts";
import { poolMeasures } from "./dimensions/poolMeasures.ts";
import { type Evidence, measureEvidence } from "./evidence/measureEvidence.ts";
import { measureHarm } from "./harm/measureHarm.ts";
import type { Sides } from "./openSides.ts";
import { learnReference } from "./profile/learnReference.ts";
import { readerOf, told } from "./readerOf.ts";
import { type View, viewOf } from "./viewOf.ts";

/** Draws of the null, rows of the pool, and pairs of models: what a verdict costs. */
const THOROUGH = { draws: 399, poolRows: 2_000, pairs: 20 };
const QUICK = { draws: 199, poolRows: 1_000, pairs: 10 };

/** All that a verdict rests on. */
export interface Measurements {
  /** What was judged: the sides with all their columns, and their unit. */
  readonly view: View;
  readonly frame: Frame;
  readonly tables: { readonly reference: Summary; readonly candidate: Summary };
  readonly evidence: Evidence;
  readonly harm: HarmResult;
}

/**
 * Counts both sides against the reference's own edges, and measures eight dimensions and two kinds of harm beside what
 * real rows show against real rows.
 */
export async function measureSides(
  sides: Sides,
  options: CheckOptions,
  onProgress: ProgressListener,
): Promise<Measurements> {
  const { seed } = options;
  const cost = options.quick ? QUICK : THOROUGH;
  const view = await viewOf(sides, seed, onProgress);
  const { plan, reference, candidate, learnOnce = (learn) => learn() } = view.sides;
  const learned =
    view.sides.learned ??
    (await learnOnce(() => learnReference(readerOf(reference, onProgress), plan, seed)));
  const { frame } = learned;
  // One table after the other: two at once would take twice the memory, and no less time on two cores.
  const tables = {
    reference: learned.summary,
    candidate: await summarize(told(candidate, "Counting the candidate", onProgress), frame, plan, {
      seed,
      table: "candidate",
    }),
  };
  onProgress({ phase: "Comparing with real rows" });
  const measures = measuresOf(frame, sumOf(tables.reference.buckets));
  const hasRows = tables.reference.sample.rows > 0;
  const evidence = measureEvidence(tables, frame, measures, hasRows ? poolMeasures(frame) : [], {
    seed,
    draws: cost.draws,
    poolRows: cost.poolRows,
    grouped: plan.group !== null,
    leastRows: view.leastRows,
    drawMore: view.drawMore,
  });
  onProgress({ phase: "Training on both" });
  const target = targetOf(plan, options);
  const ofTable = measureHarm(tables.reference, tables.candidate, frame, { seed, pairs: cost.pairs, target });
  const harm = view.judgeHarm(ofTable, cost.pairs);
  return { view, frame, tables, evidence, harm };
}

/** The column that is to be predicted, as a flag or the schema file names it. */
export const targetOf = (plan: TablePlan, options: CheckOptions): string | null =>
  options.target ?? plan.columns.find((column) => column.role === "target")?.name ?? null;
