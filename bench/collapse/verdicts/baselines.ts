import { seededRandom, shuffledIndices } from "../../../collapse/numerics/random.ts";
import { growForest } from "../labels/forest.ts";
import { takePoints } from "../labels/learn.ts";
import { encoderOf } from "../points.ts";
import { appendRows, type BenchTable } from "../table.ts";
import { areaUnder } from "./areaUnder.ts";
import { meanQuality } from "./meanQuality.ts";
import { smallestKsP } from "./smallestKsP.ts";

/** A simple rule that says whether a candidate is bad; the check has to be better than these on the same cases. */
export interface Baseline {
  readonly name: string;
  readonly flags: (reference: BenchTable, candidate: BenchTable) => boolean;
}

const FOLDS = 2;

export const BASELINES: readonly Baseline[] = [
  {
    name: "KS of any column p < 0.05",
    flags: (reference, candidate) => smallestKsP(reference, candidate) < 0.05,
  },
  { name: "mean quality < 0.9", flags: (reference, candidate) => meanQuality(reference, candidate) < 0.9 },
  { name: "C2ST AUC > 0.6", flags: (reference, candidate) => discriminatorAuc(reference, candidate) > 0.6 },
];

/** How well a random forest tells candidate rows from reference rows it has not seen: area under the ROC curve. */
export function discriminatorAuc(reference: BenchTable, candidate: BenchTable): number {
  const both = appendRows(reference, candidate);
  const targets = new Float64Array(both.rows).fill(1, reference.rows);
  const set = { points: encoderOf(reference)(both), targets, outputs: 1 };
  const order = shuffledIndices(both.rows, seededRandom(1, "c2st"));
  const scores = new Float64Array(both.rows);
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = order.filter((_, at) => at % FOLDS === fold);
    const rest = takePoints(
      set,
      order.filter((_, at) => at % FOLDS !== fold),
    );
    const answers = growForest(rest, takePoints(set, held).points, seededRandom(1, `c2st ${fold}`));
    for (const [at, row] of held.entries()) scores[row] = answers[at] ?? 0;
  }
  return areaUnder(scores, targets);
}
