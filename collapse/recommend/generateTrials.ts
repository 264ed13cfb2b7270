import { chowLiuTree } from "../harm/chowLiuTree.ts";
import type { HarmTables } from "../harm/measurePrediction.ts";
import { columnsOf, countTree, crossEntropy, type TreeTables } from "../harm/measureTree.ts";
import { statesOf, statesOfRows } from "../harm/treeStates.ts";
import type { DrawnTrials, Piece } from "./drawTrials.ts";
import type { JudgingHalf } from "./judgingHalves.ts";

/** By half, pair and trial: extra nats per column and real row, against as many real rows. */
export type TrialNats = readonly (readonly (readonly number[])[])[];

/**
 * Fits a tree of variables on every side, and compares how it explains either half of the judges. Its structure and
 * bins come of the judging rows, as in a check.
 */
export function generateTrials(
  { reference, candidate, frame }: HarmTables,
  drawn: DrawnTrials,
  halves: readonly JudgingHalf[],
): TrialNats {
  const buckets = halves.map((half) =>
    half.buckets.map(({ inner, outer }) => Uint32Array.of(...inner, ...outer)),
  );
  const judging = Uint32Array.from(buckets.flat().flatMap((rows) => [...rows]));
  const states = frame.variables.map((variable, index) =>
    statesOf(variable, reference.codes[index] ?? new Uint16Array(reference.rows), judging),
  );
  const counts = states.map(({ count }) => count);
  const statesIn = {
    reference: statesOfRows(frame, states, reference),
    candidate: statesOfRows(frame, states, candidate),
  };
  const tree = chowLiuTree(statesIn.reference, counts, judging);
  const countIn = (of: Piece["of"], side: readonly number[]): TreeTables => {
    const rows = side.flatMap((piece) => (drawn.pieces[piece]?.of === of ? drawn.pieces[piece].rows : []));
    return countTree(tree, statesIn[of], counts, rows);
  };
  const columns = Math.max(1, columnsOf(frame));
  return halves.map(({ ofPair }, half) =>
    ofPair.map((chosen, pair) => {
      const asked = chosen.flatMap((bucket) => buckets[half]?.[bucket] ?? []);
      const test = countTree(tree, statesIn.reference, counts, asked);
      const scale = 1 / Math.max(1, columns * asked.reduce((sum, rows) => sum + rows.length, 0));
      const lossOf = (side: readonly number[]): number =>
        scale *
        crossEntropy(tree, counts, test, added(countIn("candidate", side), countIn("reference", side)));
      const { left = [], sides = [] } = drawn.pairs[pair] ?? {};
      const real = lossOf(left);
      return sides.map((side) => lossOf(side) - real);
    }),
  );
}

const added = (left: TreeTables, right: TreeTables): TreeTables =>
  left.map((table, place) => table.map((rows, cell) => rows + (right[place]?.[cell] ?? 0)));
