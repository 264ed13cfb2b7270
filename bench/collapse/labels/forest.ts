import { binPoints } from "../trees/bins.ts";
import { growTree, leafOf } from "../trees/growTree.ts";
import type { LabelModel, ModelFamily } from "./learn.ts";

const TREES = 40;
const DEPTH = 20;

/** A random forest (Breiman 2001): trees on bootstraps of the rows, each split among a third of the axes. */
const forestOf =
  (minLeaf: number): LabelModel =>
  ({ points, targets, outputs }, asked, random) => {
    const axesTried = Math.max(1, Math.ceil(points.width / 3));
    const growth = { points: binPoints(points), targets, outputs, depth: DEPTH, minLeaf, axesTried };
    const answers = new Float64Array(asked.rows * outputs);
    for (let tree = 0; tree < TREES; tree++) {
      const rows = Uint32Array.from({ length: points.rows }, () => random.whole(points.rows));
      const grown = growTree(growth, rows, random);
      for (let row = 0; row < asked.rows; row++) {
        const leaf = leafOf(grown, asked, row);
        for (let output = 0; output < outputs; output++) {
          const at = row * outputs + output;
          answers[at] = (answers[at] ?? 0) + (grown.means[leaf * outputs + output] ?? 0) / TREES;
        }
      }
    }
    return answers;
  };

/** A forest of leaves of at least eight rows. */
export const growForest = forestOf(8);

export const FORESTS: ModelFamily = { name: "random_forest", models: [forestOf(2), growForest] };
