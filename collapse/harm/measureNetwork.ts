import type { HarmChannel } from "../contracts/harm.ts";
import type { Provider } from "../networks/session.ts";
import { type Examples, trainNetworks } from "../networks/trainNetworks.ts";
import { channelOf } from "./channelOf.ts";
import type { Pieces } from "./cutPieces.ts";
import { LOSS_FLOOR, logRatio, type TaskJob } from "./measurePrediction.ts";
import { takeEvenly } from "./takeEvenly.ts";

/** Pairs of sides, each from one of the seeds' first weights. */
const PAIRS = 9;
const SEEDS = 3;
/** Rows that a network of two layers of 64 learns of, and those that it is judged by. */
const MOST_TRAINED = 4_000;
const MOST_JUDGED = 4_000;
const MARGIN = Math.log(1.1);

/** A task of prediction for networks: of its targets those that real rows can predict. */
export interface NetworkJob extends TaskJob {
  readonly targetNames: readonly string[];
  readonly provider: Provider;
}

/** Per pair the log ratios of the losses, target by target. */
export interface NetworkRatios {
  readonly null: readonly (readonly number[])[];
  readonly candidate: readonly (readonly number[])[];
}

/**
 * Trains networks on both sides of some pairs, all together, and compares their squared losses on real rows that
 * nobody trained on, as the ridge regressions' are.
 */
export function measureNetwork(job: NetworkJob): NetworkRatios {
  const { tables, draws, task, targetNames } = job;
  const targets = task.targets.filter(({ name }) => targetNames.includes(name));
  const inputs = task.columns.flat();
  const outputs = targets.flatMap(({ features }) => features);
  const { width } = tables.frame.encoding;
  const gather = (encoded: Float64Array, rows: Uint32Array): Examples => ({
    rows: rows.length,
    inputs: columnsAt(encoded, width, rows, inputs),
    targets: columnsAt(encoded, width, rows, outputs),
  });
  const sideOf = (encoded: Float64Array, pieces: Pieces, chosen: readonly number[]): Examples =>
    gather(encoded, takeEvenly(joinedRows(pieces, chosen), MOST_TRAINED));
  const { reference, candidate } = tables;
  const pairs = draws.sides.slice(0, PAIRS);
  const sets = pairs.flatMap(({ left, right, candidate: side }) => [
    sideOf(reference.encoded, draws.real, left),
    sideOf(reference.encoded, draws.real, right),
    sideOf(candidate.encoded, draws.candidate, side),
  ]);
  const test = gather(reference.encoded, takeEvenly(job.test, MOST_JUDGED));
  const losses = trainNetworks(sets, test, {
    inputs: inputs.length,
    outputs: outputs.length,
    // Both sides of a pair start alike: what differs is what they learned of.
    seeds: sets.map((_, set) => job.seed + (Math.floor(set / 3) % SEEDS)),
    provider: job.provider,
  });
  const floors = floorsOf(test, outputs.length);
  const lossOf = (set: number, target: number): number => {
    const from = targets.slice(0, target).reduce((sum, { features }) => sum + features.length, 0);
    let [loss, floor] = [0, 0];
    targets[target]?.features.forEach((_, place) => {
      loss += losses[set * outputs.length + from + place] ?? 0;
      floor += floors[from + place] ?? 0;
    });
    return Math.max(loss, floor);
  };
  const ratios = (pair: number, arm: 1 | 2): readonly number[] =>
    targets.map((_, target) => logRatio(lossOf(3 * pair + arm, target), lossOf(3 * pair, target)));
  return {
    null: pairs.map((_, pair) => ratios(pair, 1)),
    candidate: pairs.map((_, pair) => ratios(pair, 2)),
  };
}

/** The mean over all targets of all tasks, beside the null of real pairs in both directions; null without a target. */
export function networkChannel(ofTasks: readonly NetworkRatios[], trainedRows: number): HarmChannel | null {
  const [first] = ofTasks;
  if (first === undefined || first.candidate.length === 0) return null;
  const meanOf = (read: (ratios: NetworkRatios) => NetworkRatios["null"]): number[] =>
    read(first).map((_, pair) => {
      const all = ofTasks.flatMap((ratios) => read(ratios)[pair] ?? []);
      return all.reduce((sum, ratio) => sum + ratio, 0) / all.length;
    });
  const nulls = meanOf((ratios) => ratios.null);
  return channelOf({
    purpose: "predictive",
    channel: "network",
    subject: null,
    margin: MARGIN,
    null: [...nulls, ...nulls.map((ratio) => -ratio)],
    candidate: meanOf((ratios) => ratios.candidate),
    trainedRows: Math.min(trainedRows, MOST_TRAINED),
  });
}

function joinedRows({ rows }: Pieces, chosen: readonly number[]): Uint32Array {
  return Uint32Array.from(chosen.flatMap((piece) => [...(rows[piece] ?? [])]));
}

function columnsAt(
  encoded: Float64Array,
  width: number,
  rows: Uint32Array,
  columns: readonly number[],
): Float32Array {
  const values = new Float32Array(rows.length * columns.length);
  for (let place = 0; place < rows.length; place++)
    for (let index = 0; index < columns.length; index++)
      values[place * columns.length + index] =
        encoded[(rows[place] ?? 0) * width + (columns[index] ?? 0)] ?? 0;
  return values;
}

/** Of each output the share of the best constant's loss that a loss is not taken as less than. */
function floorsOf({ rows, targets }: Examples, outputs: number): Float64Array {
  return Float64Array.from({ length: outputs }, (_, output) => {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const value = targets[row * outputs + output] ?? 0;
      sum += value;
      squares += value * value;
    }
    return LOSS_FLOOR * Math.max(0, squares - (sum * sum) / Math.max(1, rows));
  });
}
