import { binPoints } from "../trees/bins.ts";
import { growTree, leafOf } from "../trees/growTree.ts";
import type { LabelModel, ModelFamily } from "./learn.ts";

const RATE = 0.1;
const MIN_LEAF = 10;

/** Gradient-boosted trees by least squares (Friedman 2001): each learns what those before it left over. */
const boostedTrees =
  ({ rounds, depth }: { rounds: number; depth: number }): LabelModel =>
  ({ points, targets, outputs }, asked, random) => {
    const left = targets.slice();
    const answers = new Float64Array(asked.rows * outputs);
    const binned = binPoints(points);
    const rows = Uint32Array.from({ length: points.rows }, (_, row) => row);
    const growth = {
      points: binned,
      targets: left,
      outputs,
      depth,
      minLeaf: MIN_LEAF,
      axesTried: points.width,
    };
    for (let round = 0; round < rounds; round++) {
      // Boosting begins at the mean: a tree of depth 0, taken whole.
      const tree = growTree(round === 0 ? { ...growth, depth: 0 } : growth, rows, random);
      const rate = round === 0 ? 1 : RATE;
      for (const [of, set, sign] of [
        [points, left, -1],
        [asked, answers, 1],
      ] as const)
        for (let row = 0; row < of.rows; row++) {
          const leaf = leafOf(tree, of, row);
          for (let output = 0; output < outputs; output++) {
            const at = row * outputs + output;
            set[at] = (set[at] ?? 0) + sign * rate * (tree.means[leaf * outputs + output] ?? 0);
          }
        }
    }
    return answers;
  };

export const BOOSTED_TREES: ModelFamily = {
  name: "boosted_trees",
  models: [
    { rounds: 60, depth: 3 },
    { rounds: 60, depth: 6 },
  ].map(boostedTrees),
};
