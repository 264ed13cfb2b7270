import type { Summary } from "./contracts/aggregates.ts";
import type { Block, TablePlan } from "./contracts/columns.ts";
import { PURPOSES, type Purpose } from "./contracts/harm.ts";
import type { CheckOptions } from "./contracts/options.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Report } from "./contracts/report.ts";
import { summarize } from "./count/summarize.ts";
import { sumOf } from "./count/sumOf.ts";
import { measuresOf } from "./dimensions/measuresOf.ts";
import { poolMeasures } from "./dimensions/poolMeasures.ts";
import { frameOf } from "./encode/frameOf.ts";
import { measureEvidence } from "./evidence/measureEvidence.ts";
import { measureHarm } from "./harm/measureHarm.ts";
import type { Side, Sides } from "./openSides.ts";
import { buildReport } from "./verdict/buildReport.ts";
import { writeNotes } from "./verdict/writeNotes.ts";

/** Draws of the null, rows of the pool, and pairs of models: what a verdict costs. */
const THOROUGH = { draws: 399, poolRows: 2_000, pairs: 20 };
const QUICK = { draws: 199, poolRows: 1_000, pairs: 10 };

/**
 * Counts both sides against the reference's own edges, measures eight dimensions and two kinds of harm beside what
 * real rows show against real rows, and judges.
 */
export async function checkSides(
  sides: Sides,
  options: CheckOptions,
  onProgress: ProgressListener,
): Promise<Report> {
  const { plan, reference, candidate } = sides;
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
  return buildReport({
    plan,
    frame,
    evidence,
    harm,
    purposes: purposesOf(options),
    hasReference: options.reference.length > 0,
    rows: null,
    recommendations: null,
    data: dataOf(sides, tables, options),
    notes: writeNotes({ plan, evidence, options }),
    seed,
  });
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

function purposesOf({ purpose }: CheckOptions): readonly Purpose[] {
  if (purpose === "both") return PURPOSES;
  return [purpose === "predict" ? "predictive" : "generative"];
}

function dataOf(
  { reference, candidate, ignored }: Sides,
  tables: { readonly reference: Summary; readonly candidate: Summary },
  options: CheckOptions,
): Report["data"] {
  const shown = ({ files, rows }: Side): { files: string[]; rows: number } => ({ files: [...files], rows });
  return {
    unit: "row",
    candidate: shown(candidate),
    reference: options.reference.length > 0 ? shown(reference) : null,
    sampled: { candidate: tables.candidate.sample.rows, reference: tables.reference.sample.rows },
    ignored: [...ignored],
  };
}
