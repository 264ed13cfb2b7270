import { gather } from "../numerics/gather.ts";
import { type Random, seededRandom, shuffledIndices } from "../numerics/random.ts";
import { type Bins, binRows, binTables, joined } from "./binRows.ts";
import { MOST_LEARNED, partRows, planFolds } from "./folds.ts";
import { growTrees } from "./growTrees.ts";
import { type LocalizeTables, type RowScores, treeScorer } from "./rowScores.ts";

/**
 * Scores rows by how little their values go together: trees learn to tell real rows from the same rows with every
 * column shuffled by itself. No candidate row has a part in it, and no row is scored by what has seen it.
 */
export function learnJoint({ frame, reference, candidate }: LocalizeTables, seed: number): RowScores {
  const tables = binTables(frame, reference);
  const folds = planFolds(reference.sample, candidate.sample);
  const columns = frame.variables.map(({ column }) => column);
  const models = Array.from({ length: folds.count }, (_, fold) => {
    const random = seededRandom(seed, `localize joint ${fold}`);
    const { outside } = partRows(reference.sample, folds, fold, MOST_LEARNED);
    const whole = binRows(tables, reference.sample.codes, outside);
    const shuffled = shuffleColumns(whole, columns, outside.length, random);
    const both = whole.map((bins, variable) => joined(bins, shuffled[variable] ?? bins));
    const isShuffled = new Uint8Array(2 * outside.length).fill(1, outside.length);
    return growTrees(both, isShuffled, random);
  });
  return treeScorer("joint", { frame, reference, candidate }, folds, models);
}

/** Each column's values in a random order of its own; variables of one column stay together. */
function shuffleColumns(bins: Bins, columns: readonly number[], rows: number, random: Random): Bins {
  const orders = new Map<number, Uint32Array>();
  return bins.map((ofRows, variable) => {
    const column = columns[variable] ?? 0;
    const order = orders.get(column) ?? shuffledIndices(rows, random);
    orders.set(column, order);
    return gather(ofRows, order, new Uint8Array(rows));
  });
}
