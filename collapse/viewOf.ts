import type { Block, ColumnPlan, Reads, TablePlan } from "./contracts/columns.ts";
import type { HarmResult } from "./contracts/harm.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Report } from "./contracts/report.ts";
import type { Derivation, PlacedColumn } from "./derivation.ts";
import { isAnalyzed } from "./encode/sampleReference.ts";
import type { DrawCounts, Draws } from "./evidence/measureDraws.ts";
import type { Side, Sides } from "./openSides.ts";
import { keepTexts } from "./text/keepTexts.ts";
import { learnText } from "./text/learnText.ts";
import { viewDocuments } from "./text/viewDocuments.ts";
import { keepEpisodes } from "./trajectory/keepEpisodes.ts";
import { MOST_ITEMS, trajectoryChannels } from "./trajectory/trajectoryChannels.ts";
import { viewEpisodes, withoutCounters } from "./trajectory/viewEpisodes.ts";
import { layOutVector } from "./vector/layOutVector.ts";
import { projectVector } from "./vector/projectVector.ts";

/** Harm, and what a reader must know of it. */
export interface JudgedHarm {
  readonly harm: HarmResult;
  readonly notes: readonly string[];
}

/** Both sides as what they are judged as: rows, documents or episodes. */
export interface View {
  readonly unit: Report["data"]["unit"];
  /** With a column for each number that a text or a vector became. */
  readonly sides: Sides;
  /** Rows a side below which nothing but `collapsed` is said. */
  readonly leastRows: number;
  /** Metrics of the table whose null says nothing of such units: shown, and no evidence. */
  readonly doubted: readonly string[];
  /** What tells the units apart beside the table of their numbers: every metric of every draw. */
  readonly drawMore: (counts: Pick<DrawCounts, "nulls" | "candidates">) => readonly Draws[];
  /** The harm to the models of such units; `ofTable`: what the table of their numbers says. */
  readonly judgeHarm: (ofTable: HarmResult, pairs: number) => JudgedHarm;
  readonly notes: readonly string[];
}

/** What a kind of unit knows beside its table. */
export type Judge = Omit<View, "sides">;

const ROWS: Judge = {
  unit: "row",
  leastRows: 200,
  doubted: [],
  drawMore: () => [],
  judgeHarm: (ofTable) => ({ harm: ofTable, notes: [] }),
  notes: [],
};

/** Of rows in groups the outermost belong to a group or two: other real groups lie elsewhere. */
const rowsOf = ({ group }: TablePlan): Judge => ({
  ...ROWS,
  doubted: group === null ? [] : ["constraint_violations"],
});

const READS: Reads = { text: true, vectors: true };
/** Each text is 44 numbers and each vector 32, and 256 are encoded. */
const MOST_TEXTS = 4;
const MOST_VECTORS = 4;

/**
 * Turns texts and vectors into numbers beside the other columns, by what is learned of the reference. A table of texts
 * alone is one of documents, and one of actions by episodes is one of trajectories: these are judged as wholes too. A
 * reference that was learned before (a profile) is taken as it is.
 */
export async function viewOf(sides: Sides, seed: number, onProgress: ProgressListener): Promise<View> {
  if (sides.learned !== null) return { ...rowsOf(sides.plan), sides };
  const channels = trajectoryChannels(sides.plan);
  const texts = placed(sides.plan, "text").slice(0, MOST_TEXTS);
  const vectors = placed(sides.plan, "vector");
  const isLaidOut = ({ place }: PlacedColumn): boolean =>
    channels !== null && [...channels.action, ...channels.state].some((channel) => channel.place === place);
  const learners = texts.map(learnText);
  const ofVectors = [
    ...vectors
      .filter(isLaidOut)
      .map((column) => layOutVector(column, Math.min(column.plan.width ?? 0, MOST_ITEMS))),
    ...vectors
      .filter((column) => !isLaidOut(column))
      .slice(0, MOST_VECTORS)
      .map(projectVector),
  ];
  if (learners.length === 0 && ofVectors.length === 0 && channels === null)
    return { ...rowsOf(sides.plan), sides };
  if (learners.length > 0) {
    onProgress({ phase: "Reading the reference's texts" });
    for await (const block of sides.reference.blocks(READS)) for (const { learn } of learners) learn(block);
  }
  const derived = derivedSides(sides, [...learners.map((learner) => learner.done()), ...ofVectors]);
  if (channels !== null) {
    onProgress({ phase: "Reading episodes" });
    const kept = {
      reference: await keepEpisodes(sides.reference.blocks(READS), channels, seed),
      candidate: await keepEpisodes(sides.candidate.blocks(READS), channels, seed),
    };
    return {
      ...viewEpisodes(kept, seed),
      sides: { ...derived, plan: withoutCounters(derived.plan, channels) },
    };
  }
  if (texts.length === 0 || vectors.length > 0 || sides.plan.columns.some(isAnalyzed))
    return { ...rowsOf(sides.plan), sides: derived };
  onProgress({ phase: "Reading documents" });
  const places = texts.map(({ place }) => place);
  const documents = {
    reference: await keepTexts(sides.reference.blocks(READS), places, { seed, table: "reference" }),
    candidate: await keepTexts(sides.candidate.blocks(READS), places, { seed, table: "candidate" }),
  };
  return { ...viewDocuments(documents, seed), sides: derived };
}

const placed = ({ columns }: TablePlan, kind: ColumnPlan["kind"]): readonly PlacedColumn[] =>
  columns.flatMap((plan, place) => (plan.kind === kind && plan.role === "feature" ? [{ plan, place }] : []));

function derivedSides(sides: Sides, derivations: readonly Derivation[]): Sides {
  const derived = (side: Side): Side => ({
    ...side,
    blocks: (reads = {}) => derivedBlocks(side.blocks({ ...READS, ...reads }), derivations),
  });
  const columns = [...sides.plan.columns, ...derivations.flatMap((derivation) => derivation.columns)];
  return {
    ...sides,
    plan: { ...sides.plan, columns },
    reference: derived(sides.reference),
    candidate: derived(sides.candidate),
  };
}

async function* derivedBlocks(
  blocks: AsyncIterable<Block>,
  derivations: readonly Derivation[],
): AsyncGenerator<Block> {
  for await (const block of blocks)
    yield { ...block, columns: [...block.columns, ...derivations.flatMap(({ derive }) => derive(block))] };
}
