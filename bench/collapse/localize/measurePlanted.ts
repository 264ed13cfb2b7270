import type { ColumnKind } from "../../../collapse/contracts/columns.ts";
import { sumOf } from "../../../collapse/count/sumOf.ts";
import { measuresOf } from "../../../collapse/dimensions/measuresOf.ts";
import { poolMeasures } from "../../../collapse/dimensions/poolMeasures.ts";
import { measureEvidence } from "../../../collapse/evidence/measureEvidence.ts";
import { localizeRows } from "../../../collapse/localize/localizeRows.ts";
import type { Way } from "../../../collapse/localize/rowScores.ts";
import { scoreRowsBy, searchRows } from "../../../collapse/localize/searchRows.ts";
import { memoryBlocks, summariesOf } from "../../../collapse/testTables.ts";
import type { BenchTable } from "../table.ts";
import { areaUnder } from "../verdicts/areaUnder.ts";

/** How well planted rows were told. */
export interface Told {
  /** The way that was taken, or the last that was tried; the numbers behind `auc` are of the way meant. */
  readonly way: string;
  readonly aucOfWay: number;
  readonly p: number;
  readonly found: string;
  readonly auc: number;
  readonly averagePrecision: number;
  /** Share of planted rows among as many of the highest scores as were planted. */
  readonly precisionAtK: number;
  readonly flagged: number;
  /** Of the flagged rows the share that were not planted; of the planted rows the share that was flagged. */
  readonly falseShare: number;
  readonly recall: number;
  readonly localizeMs: number;
}

const DRAWS = { draws: 199, poolRows: 500 };
const LEVELS = 64;

/** Looks for planted rows as a check does, and compares what it says with what was planted. */
export async function measurePlanted(
  tables: { readonly reference: BenchTable; readonly candidate: BenchTable; readonly planted: Uint8Array },
  meant: Way,
  seed: number,
): Promise<Told> {
  const memory = { reference: columnsOf(tables.reference), candidate: columnsOf(tables.candidate) };
  const { frame, reference, candidate, plan } = await summariesOf(memory, seed, {
    kinds: kindsOf(tables.reference),
  });
  const both = { reference, candidate };
  const measures = measuresOf(frame, sumOf(reference.buckets));
  const evidence = measureEvidence(both, frame, measures, poolMeasures(frame), { seed, ...DRAWS });
  const started = performance.now();
  const { scores, cut } = searchRows({ frame, ...both }, evidence, seed);
  const localizeMs = performance.now() - started;
  const found =
    cut.flagged > 0
      ? "rows"
      : (
          await localizeRows({
            plan,
            frame,
            tables: both,
            evidence,
            readCandidate: () => memoryBlocks(memory.candidate, plan, 16_384),
            seed,
          })
        ).report.found;
  const ofMeant = scores.way === meant ? scores : scoreRowsBy(meant, { frame, ...both }, seed);
  const known = comparable(ofMeant.sample);
  const targets = Float64Array.from(candidate.sample.index, (row) => tables.planted[row] ?? 0);
  const count = targets.reduce((sum, is) => sum + is, 0);
  const hits = scores.sample.reduce(
    (sum, score, place) => sum + (score >= cut.score && targets[place] === 1 ? 1 : 0),
    0,
  );
  return {
    way: scores.way,
    p: evidence.p,
    found,
    aucOfWay: areaUnder(comparable(scores.sample), targets),
    auc: areaUnder(known, targets),
    ...precisionsOf(known, targets, count),
    flagged: cut.flagged,
    falseShare: cut.flagged === 0 ? 0 : 1 - hits / cut.flagged,
    recall: hits / Math.max(1, count),
    localizeMs,
  };
}

/** What could not be scored ranks last. */
const comparable = (scores: Float64Array): Float64Array =>
  scores.map((score) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score));

function precisionsOf(scores: Float64Array, targets: Float64Array, count: number) {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  let [hits, sum, atK] = [0, 0, 0];
  order.forEach((row, place) => {
    if (targets[row] === 1) {
      hits++;
      sum += hits / (place + 1);
    }
    if (place + 1 === count) atK = hits / count;
  });
  return { averagePrecision: sum / Math.max(1, count), precisionAtK: atK };
}

const columnsOf = ({ columns }: BenchTable) =>
  Object.fromEntries(
    columns.map((column) => [
      column.name,
      column.kind === "number" ? column.values : column.values.map((value) => (value === "" ? null : value)),
    ]),
  );

/** Columns of numbers of at most 64 values are levels, as a check infers them. */
const kindsOf = ({ columns }: BenchTable): Record<string, ColumnKind> =>
  Object.fromEntries(
    columns.map(({ name, kind, values }) => {
      if (kind === "category") return [name, new Set(values).size <= LEVELS ? "level" : "category"];
      return [name, new Set(values).size <= LEVELS ? "level" : "number"];
    }),
  );
