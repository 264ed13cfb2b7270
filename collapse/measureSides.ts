import type { Frame, Summary } from "./contracts/aggregates.ts";
import type { Block, TablePlan } from "./contracts/columns.ts";
import type { HarmResult } from "./contracts/harm.ts";
import type { CheckOptions } from "./contracts/options.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import { summarize } from "./count/summarize.ts";
import { sumOf } from "./count/sumOf.ts";
import { measuresOf } from "./dimensions/measuresOf.ts";
import { poolMeasures } from "./dimensions/poolMeasures.ts";
import { frameOf } from "./encode/frameOf.ts";
import { type Evidence, measureEvidence } from "./evidence/measureEvidence.ts";
import { measureHarm } from "./harm/measureHarm.ts";
import type { Side, Sides } from "./openSides.ts";

/** Draws of the null, rows of the pool, and pairs of models: what a verdict costs. */
const THOROUGH = { draws: 399, poolRows: 2_000, pairs: 20 };
const QUICK = { draws: 199, poolRows: 1_000, pairs: 10 };

/** All that a verdict rests on. */
export interface Measurements {
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
  { plan, reference, candidate }: Sides,
  options: CheckOptions,
  onProgress: ProgressListener,
): Promise<Measurements> {
  const { seed } = options;
  const cost = options.quick ? QUICK : THOROUGH;
  const frame = await frameOf(told(reference, "Learning the reference", onProgress), plan, seed);
  // One table after the other: two at once would take twice the memory, and no less time on two cores.
  const tables = {
    reference: await summarize(told(reference, "Counting the reference", onProgress), frame, plan, {
      seed,
      table: "reference",
    }),
    candidate: await summarize(told(candidate, "Counting the candidate", onProgress), frame, plan, {
      seed,
      table: "candidate",
    }),
  };
  onProgress({ phase: "Comparing with real rows" });
  const measures = measuresOf(frame, sumOf(tables.reference.buckets));
  const evidence = measureEvidence(tables, frame, measures, poolMeasures(frame), {
    seed,
    draws: cost.draws,
    poolRows: cost.poolRows,
    grouped: plan.group !== null,
  });
  onProgress({ phase: "Training on both" });
  const target = targetOf(plan, options);
  const harm = measureHarm(tables.reference, tables.candidate, frame, { seed, pairs: cost.pairs, target });
  return { frame, tables, evidence, harm };
}

/** The blocks of a side, each told to whoever listens. */
async function* told(side: Side, phase: string, onProgress: ProgressListener): AsyncIterable<Block> {
  onProgress({ phase, rows: 0, ofRows: side.rows });
  for await (const block of side.blocks()) {
    yield block;
    onProgress({ phase, rows: block.firstRow + block.rows, ofRows: side.rows });
  }
}

const targetOf = (plan: TablePlan, options: CheckOptions): string | null =>
  options.target ?? plan.columns.find((column) => column.role === "target")?.name ?? null;
