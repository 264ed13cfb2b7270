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

/** Both sides as what they are judged as: rows, documents or episodes. */
export interface View {
  readonly unit: Report["data"]["unit"];
  /** With a column for each number that a text or a vector became. */
  readonly sides: Sides;
  /** Rows a side below which nothing but `collapsed` is said. */
  readonly leastRows: number;
  /** What tells the units apart beside the table of their numbers: every metric of every draw. */
  readonly drawMore: (counts: Pick<DrawCounts, "nulls" | "candidates">) => readonly Draws[];
  /** The harm to the models of such units; `ofTable`: what the table of their numbers says. */
  readonly judgeHarm: (ofTable: HarmResult, pairs: number) => HarmResult;
  readonly notes: readonly string[];
}

/** What a kind of unit knows beside its table. */
export type Judge = Omit<View, "sides">;

const ROWS: Judge = {
  unit: "row",
  leastRows: 200,
  drawMore: () => [],
  judgeHarm: (ofTable) => ofTable,
  notes: [],
};

const READS: Reads = { text: true, vectors: true };
/** Each text is 44 numbers, and 256 are encoded. */
const MOST_TEXTS = 4;

/**
 * Turns texts into numbers beside the other columns, learned of the reference. A table of texts alone is one of
 * documents: its harm is that to a language model. A reference that was learned before (a profile) is taken as it is.
 */
export async function viewOf(sides: Sides, seed: number, onProgress: ProgressListener): Promise<View> {
  const texts = placed(sides.plan, "text").slice(0, MOST_TEXTS);
  if (sides.learned !== null || texts.length === 0) return { ...ROWS, sides };
  onProgress({ phase: "Reading the reference's texts" });
  const learners = texts.map(learnText);
  for await (const block of sides.reference.blocks(READS)) for (const { learn } of learners) learn(block);
  const judge = sides.plan.columns.some(isAnalyzed) ? ROWS : await viewDocuments(await documentsOf(sides, texts, seed), seed);
  return { ...judge, sides: derivedSides(sides, learners.map((learner) => learner.done())) };
}

async function documentsOf(sides: Sides, texts: readonly PlacedColumn[], seed: number) {
  const places = texts.map(({ place }) => place);
  return {
    reference: await keepTexts(sides.reference.blocks(READS), places, { seed, table: "reference" }),
    candidate: await keepTexts(sides.candidate.blocks(READS), places, { seed, table: "candidate" }),
  };
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
