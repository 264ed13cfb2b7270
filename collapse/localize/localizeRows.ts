import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { Block, TablePlan } from "../contracts/columns.ts";
import type { Localization, RowsReport } from "../contracts/rows.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";
import { type Cut, conformalP, FALSE_DISCOVERY_RATE } from "./calibrate.ts";
import { type CopyCounts, type CopyScores, countsAll, scoreCopies } from "./countCopies.ts";
import { createDigestTable } from "./digestTable.ts";
import { explainRows } from "./explainRows.ts";
import { findRegions } from "./findRegions.ts";
import { type Flagging, startFlagging, type WorstRow } from "./flagRows.ts";
import { rowPasser, sampledRows } from "./passRows.ts";
import { type LocalizeTables, METHOD_OF, type RowScores } from "./rowScores.ts";
import { sayRow } from "./sayRow.ts";
import { searchRows } from "./searchRows.ts";

/** What rows are looked for in. */
export interface LocalizeInput {
  readonly plan: TablePlan;
  readonly frame: Frame;
  readonly tables: { readonly reference: Summary; readonly candidate: Summary };
  readonly evidence: Pick<Evidence, "measured" | "p">;
  /** Reads the candidate again, for a purpose that listeners are told. */
  readonly readCandidate: (phase: string) => AsyncIterable<Block>;
  readonly seed: number;
}

/** The candidate differs beyond chance. */
const DIFFERS = 0.01;
/** Fewer rows of either side calibrate nothing. */
const LEAST_ROWS = 200;

/**
 * Says which rows of the candidate do it, at a false-discovery rate of 10 %: by the way of looking that the evidence
 * points to, and the next one where that finds none. Where no row can be told, which parts of the table hold too much;
 * else that it cannot be said. Every row of the candidate is scored, in one more pass where the sample is not all of
 * them, and none by what has seen it.
 */
export async function localizeRows(input: LocalizeInput): Promise<Localization> {
  const { evidence, tables, frame, seed } = input;
  if (Math.min(tables.reference.sample.rows, tables.candidate.sample.rows) < LEAST_ROWS)
    return notLocalizable(`Fewer than ${LEAST_ROWS} rows of a side are at hand to compare row by row.`);
  const known: LocalizeTables = { frame, ...tables };
  const { scores, cut } = searchRows(known, evidence, seed);
  if (cut.flagged > 0) return flagRows(input, known, scores, cut);
  if (evidence.p >= DIFFERS)
    return nothing("It does not differ from the reference beyond chance, and no row stands out.");
  const regions = findRegions(known, scores);
  if (regions.length > 0)
    return {
      report: { found: "regions", method: METHOD_OF[scores.way], regions: [...regions] },
      flagged: null,
    };
  return notLocalizable(
    "It differs from the reference as a whole: no row, and no part of it, can be told from real ones.",
  );
}

const nothing = (because: string): Localization => ({
  report: { found: "nothing_to_find", because },
  flagged: null,
});
const notLocalizable = (because: string): Localization => ({
  report: { found: "not_localizable", because },
  flagged: null,
});

/** Passes over all rows of the candidate, and reports those that score as much as the cut. */
async function flagRows(
  input: LocalizeInput,
  known: LocalizeTables,
  scores: RowScores | CopyScores,
  cut: Cut,
): Promise<Localization> {
  const { candidate } = known;
  const copies = "copies" in scores ? await countAllCopies(input, scores.copies) : null;
  const spared = copies ? (digest: number): number => 1 + Math.round(copies.expected(digest)) : () => 0;
  const flagging = startFlagging(candidate.rows, cut, spared);
  if (candidate.sample.rows === candidate.rows) {
    const { passed, places } = sampledRows(candidate);
    flagging.add(
      passed,
      Float64Array.from(places, (place) => scores.sample[place] ?? Number.NaN),
    );
  } else await passAll(input, flagging, scores, copies);
  return report(input, known, scores, flagging, copies);
}

async function passAll(
  { frame, plan, seed, readCandidate }: LocalizeInput,
  flagging: Flagging,
  { scoreRows }: RowScores,
  copies: CopyCounts | null,
): Promise<void> {
  const code = rowPasser(frame, plan, { seed, digestsOnly: copies !== null });
  for await (const block of readCandidate("Looking for rows")) {
    const passed = code(block);
    const scored = copies ? scoreCopies(passed, copies) : scoreRows?.(passed);
    if (scored) flagging.add(passed, scored);
  }
}

/** Counts of all digests; where the first pass kept those of some alone, the candidate is read once more for them. */
async function countAllCopies(input: LocalizeInput, copies: CopyCounts): Promise<CopyCounts> {
  const { candidate } = input.tables;
  if (countsAll(candidate)) return copies;
  const code = rowPasser(input.frame, input.plan, { seed: input.seed, digestsOnly: true });
  const seen = new Set<number>();
  const repeated = candidate.sample.digest.filter((digest) => seen.size === seen.add(digest).size);
  const table = createDigestTable(repeated);
  for await (const block of input.readCandidate("Counting copies"))
    for (const digest of code(block).digest) table.add(digest);
  return { ...copies, inCandidate: table.countOf };
}

function report(
  { plan, seed }: LocalizeInput,
  known: LocalizeTables,
  scores: RowScores,
  flagging: Flagging,
  copies: CopyCounts | null,
): Localization {
  const { flagged, worst, map } = flagging.done();
  const { scoreRows } = scores;
  const calibration = scores.calibration.filter((score) => !Number.isNaN(score)).sort();
  const names = plan.columns.map(({ name }) => name);
  const columns =
    copies || scoreRows === null
      ? worst.map(() => [])
      : explainRows(worst, known, { calibration, scoreRows }, names, seed);
  const items = worst.map((row: WorstRow, place) => {
    const p = conformalP(row.score, calibration);
    const against = [...(columns[place] ?? [])];
    return {
      row: row.row,
      reason: sayRow(scores.way, row, { p, columns: against, copies }),
      columns: against,
      p,
    };
  });
  const rows: RowsReport = {
    found: "rows",
    method: METHOD_OF[scores.way],
    flagged: flagged.size,
    fdr: FALSE_DISCOVERY_RATE,
    items,
    map: [...map],
  };
  return { report: rows, flagged };
}
