import type { HarmChannel } from "../contracts/harm.ts";
import type { RowSet } from "../contracts/rows.ts";
import { clampEncoded } from "../harm/clampEncoded.ts";
import { columnFeatures } from "../harm/planTasks.ts";
import { purgeCopies } from "../harm/purgeCopies.ts";
import { type SplitRows, splitRows } from "../harm/splitRows.ts";
import { takeEvenly } from "../harm/takeEvenly.ts";
import { drawTrials } from "./drawTrials.ts";
import { fitWeigher, type Weigher } from "./fitWeigher.ts";
import { judgingHalves } from "./judgingHalves.ts";
import { measureTrials, type TrialHarm, triedChannels } from "./measureTrials.ts";
import { type Outermost, outermostOf } from "./outermost.ts";
import { type CappedWeights, planTrials } from "./planTrials.ts";
import type { Found } from "./recommend.ts";
import type { Trial } from "./trial.ts";

const PAIRS = 10;
/** Rows that trials are drawn of and judged by: more would only be searched for copies. */
const MOST_ROWS = { train: 5_000, test: 6_000, candidate: 4_000 };

/** All trials, and what they did to harm. */
export interface Tried {
  /** The unchanged set is the first. */
  readonly trials: readonly Trial[];
  readonly harm: TrialHarm;
  readonly weigher: Weigher | null;
  readonly weights: CappedWeights;
  readonly outermost: Outermost;
}

/** Changes the sample in every way there is, and measures each; null where the rows or the channels do not allow it. */
export function runTrials(
  found: Found,
  channels: readonly HarmChannel[],
  flagged: RowSet | null,
): Tried | null {
  const { frame, tables, seed, target } = found;
  const tried = triedChannels(channels);
  if (tried.length === 0) return null;
  const reference = clampEncoded(tables.reference.sample);
  const candidate = clampEncoded(tables.candidate.sample);
  const { width } = frame.encoding;
  const rows = purgeCopies(reference, candidate, width, fewer(splitRows(reference, candidate))).rows;
  const samples = { reference, candidate, width };
  const columns = [...new Set(frame.variables.map(({ column }) => column))]
    .map((column) => columnFeatures(frame, column))
    .filter((features) => features.length > 0);
  const weigher = fitWeigher(samples, rows, columns, seed);
  const { trials, weights } = planTrials({ candidate, rows: rows.candidate, flagged, weigher });
  const draws = { seed, pairs: PAIRS };
  const outermost = outermostOf(reference, width, rows.train);
  const drawn = drawTrials(reference, outermost, rows, trials, draws);
  if (drawn === null) return null;
  const halves = judgingHalves(reference, width, rows, draws);
  if (halves.some(({ buckets }) => buckets.length < 2)) return null;
  const harm = measureTrials({ reference, candidate, frame }, drawn, halves, tried, { seed, target });
  return { trials, harm, weigher, weights, outermost };
}

const fewer = ({ train, test, candidate }: SplitRows): SplitRows => ({
  train: takeEvenly(train, MOST_ROWS.train),
  test: takeEvenly(test, MOST_ROWS.test),
  candidate: takeEvenly(candidate, MOST_ROWS.candidate),
});
