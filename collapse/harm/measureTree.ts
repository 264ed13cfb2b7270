import type { Frame } from "../contracts/aggregates.ts";
import { chowLiuTree, countPairs, type Tree } from "./chowLiuTree.ts";
import type { Pieces } from "./cutPieces.ts";
import type { Draws } from "./drawSides.ts";
import type { HarmTables } from "./measurePrediction.ts";
import type { SplitRows } from "./splitRows.ts";
import { takeEvenly } from "./takeEvenly.ts";
import { statesOf, statesOfRows } from "./treeStates.ts";

const STRUCTURE_ROWS = 10_000;

/** Extra nats per column and real row, pair by pair; `null` in both directions. */
export interface Nats {
  readonly null: readonly number[];
  readonly candidate: readonly number[];
}

/** Rows per state of a variable and its parent (one state where it has none), `parent * count + state`. */
export type TreeTables = readonly Float64Array[];

/**
 * What a tree of variables, fitted on the candidate, loses on real test rows against one fitted on as many real rows.
 * The structure is the reference's, of the test rows: found in the
 * training rows it would fit best whatever is chance in them, and real rows would look worse than they are.
 * Probabilities are counts plus a half.
 */
export function measureTree(tables: HarmTables, rows: SplitRows, draws: Draws): Nats | null {
  const { frame, reference, candidate } = tables;
  if (draws.trainedRows === 0 || rows.test.length === 0 || frame.variables.length === 0) return null;
  const states = frame.variables.map((variable, index) =>
    statesOf(variable, reference.codes[index] ?? new Uint16Array(reference.rows), rows.test),
  );
  const counts = states.map(({ count }) => count);
  const ofReference = statesOfRows(frame, states, reference);
  if (ofReference.every((column) => isConstant(column, rows.train))) return null;
  const tree = chowLiuTree(ofReference, counts, takeEvenly(rows.test, STRUCTURE_ROWS));
  const tablesOf = (side: readonly Uint8Array[], chosen: readonly Uint32Array[]): TreeTables =>
    countTree(tree, side, counts, chosen);
  const test = tablesOf(ofReference, [rows.test]);
  const scale = 1 / (rows.test.length * columnsOf(frame));
  const lossOf = (fitted: TreeTables): number => scale * crossEntropy(tree, counts, test, fitted);
  const ofCandidate = statesOfRows(frame, states, candidate);
  const arms = draws.sides.map(({ left, right, candidate: side }) => ({
    left: lossOf(tablesOf(ofReference, chosenRows(draws.real, left))),
    right: lossOf(tablesOf(ofReference, chosenRows(draws.real, right))),
    candidate: lossOf(tablesOf(ofCandidate, chosenRows(draws.candidate, side))),
  }));
  return {
    null: arms.flatMap(({ left, right }) => [right - left, left - right]),
    candidate: arms.map(({ left, candidate: other }) => other - left),
  };
}

const isConstant = (column: Uint8Array, rows: Uint32Array): boolean =>
  rows.every((row) => column[row] === column[rows[0] ?? 0]);

/** Columns of the table that are analyzed. */
export const columnsOf = (frame: Frame): number => new Set(frame.variables.map(({ column }) => column)).size;

const chosenRows = (pieces: Pieces, chosen: readonly number[]): readonly Uint32Array[] =>
  chosen.map((piece) => pieces.rows[piece] ?? new Uint32Array(0));

/** Counts the rows given, of a table's states, as the tree asks for them. */
export function countTree(
  tree: Tree,
  states: readonly Uint8Array[],
  counts: readonly number[],
  chosen: readonly Uint32Array[],
): TreeTables {
  const alone = new Uint8Array(states[0]?.length ?? 0);
  return tree.variables.map((variable, place) => {
    const parent = tree.parents[place] ?? -1;
    const columns = counts[variable] ?? 0;
    const table = new Float64Array((parent < 0 ? 1 : (counts[parent] ?? 0)) * columns);
    const ofParent = parent < 0 ? alone : states[parent];
    for (const rows of chosen) countPairs(ofParent, states[variable], columns, rows, table);
    return table;
  });
}

/** −Σ log p of the rows counted in `test` under the tree fitted on `fitted`, in nats. */
export function crossEntropy(
  tree: Tree,
  counts: readonly number[],
  test: TreeTables,
  fitted: TreeTables,
): number {
  let sum = 0;
  tree.variables.forEach((variable, place) => {
    const columns = counts[variable] ?? 1;
    const seen = test[place] ?? new Float64Array(0);
    const known = fitted[place] ?? new Float64Array(0);
    for (let row = 0; row < seen.length; row += columns) {
      let total = 0.5 * columns;
      for (let state = 0; state < columns; state++) total += known[row + state] ?? 0;
      for (let state = 0; state < columns; state++) {
        const rows = seen[row + state] ?? 0;
        if (rows > 0) sum -= rows * Math.log(((known[row + state] ?? 0) + 0.5) / total);
      }
    }
  });
  return sum;
}
