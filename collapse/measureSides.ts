import type { Frame, Summary } from "./contracts/aggregates.ts";
import type { TablePlan } from "./contracts/columns.ts";
import type { HarmResult } from "./contracts/harm.ts";
import type { Measure } from "./contracts/metrics.ts";
import type { CheckOptions } from "./contracts/options.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import { summarize } from "./count/summarize.ts";
import { sumOf } from "./count/sumOf.ts";
import { measuresOf } from "./dimensions/measuresOf.ts";
import { poolMeasures } from "./dimensions/poolMeasures.ts";
import { type Evidence, measureEvidenceInLanes } from "./evidence/measureEvidence.ts";
import { measureHarmInLanes, type NetworkOptions } from "./harm/measureHarm.ts";
import type { Sides } from "./openSides.ts";
import { lanesFor } from "./parallel/lanesFor.ts";
import type { Lanes } from "./parallel/openLanes.ts";
import { harmWithoutRows } from "./profile/harmWithoutRows.ts";
import { learnReference } from "./profile/learnReference.ts";
import { readerOf, told } from "./readerOf.ts";
import { scaleMargins } from "./scaleMargins.ts";
import { judgePurpose } from "./verdict/judgePurpose.ts";
import { type View, viewOf } from "./viewOf.ts";

/** Draws of the null, rows of the pool, and pairs of models: what a verdict costs. */
const THOROUGH = { draws: 399, poolRows: 2_000, pairs: 20 };
const QUICK = { draws: 199, poolRows: 1_000, pairs: 10 };

/** All that a verdict rests on. */
export interface Measurements {
  /** What was judged: the sides with all their columns, and their unit. */
  readonly view: View;
  /** What a reader must know of it. */
  readonly notes: readonly string[];
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
  const lanes = lanesFor(sides.reference.rows + sides.candidate.rows);
  try {
    return await measureInLanes(lanes, sides, options, onProgress);
  } finally {
    await lanes?.close();
  }
}

async function measureInLanes(
  lanes: Lanes | null,
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
    (await learnOnce(() => learnReference(readerOf(reference, onProgress), plan, seed, lanes)));
  const { frame } = learned;
  // One table after the other: two at once would take twice the memory, and no less time on two cores.
  const tables = {
    reference: learned.summary,
    candidate: await summarize(
      told(candidate, "Counting the candidate", onProgress),
      frame,
      plan,
      { seed, table: "candidate" },
      lanes,
    ),
  };
  onProgress({ phase: "Comparing with real rows" });
  const measures = shownOnly(measuresOf(frame, sumOf(tables.reference.buckets)), view.doubted);
  const hasRows = tables.reference.sample.rows > 0;
  const pooled = hasRows ? poolMeasures(frame) : [];
  const evidence = await measureEvidenceInLanes(lanes, tables, frame, measures, pooled, {
    seed,
    draws: cost.draws,
    poolRows: cost.poolRows,
    grouped: plan.group !== null,
    leastRows: view.leastRows,
    drawMore: view.drawMore,
  });
  onProgress({ phase: "Training on both" });
  const target = targetOf(plan, options);
  const ofTable = await measureHarmInLanes(lanes, tables, frame, {
    seed,
    pairs: cost.pairs,
    target,
    network: networkOf(options, view, evidence),
  });
  const { harm: judged, notes } = view.judgeHarm(ofTable, cost.pairs);
  const measured = hasRows ? judged : harmWithoutRows(judged, evidence);
  const harm = scaleMargins(measured, options.margin);
  return { view, notes: [...view.notes, ...notes], frame, tables, evidence, harm };
}

/** Networks join in where prediction is asked about, nothing quicker decides it, and there is time. */
function networkOf(
  { quick, purpose, provider }: CheckOptions,
  { unit }: View,
  evidence: Evidence,
): NetworkOptions | null {
  if (quick || purpose === "generate" || unit !== "row" || !evidence.enoughRows) return null;
  const isUndecided: NetworkOptions["isUndecided"] = (channels) =>
    ["indeterminate", "insufficient_data"].includes(judgePurpose("predictive", channels, evidence).verdict);
  return { provider, isUndecided };
}

/** Takes the metrics of these names out of the evidence. */
const shownOnly = (measures: readonly Measure[], doubted: readonly string[]): readonly Measure[] =>
  measures.map((measure) => ({
    ...measure,
    keys: measure.keys.map((key) => (doubted.includes(key.metric) ? { ...key, inEvidence: false } : key)),
  }));

/** The column that is to be predicted, as a flag or the schema file names it. */
export const targetOf = (plan: TablePlan, options: CheckOptions): string | null =>
  options.target ?? plan.columns.find((column) => column.role === "target")?.name ?? null;
