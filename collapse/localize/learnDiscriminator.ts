import { seededRandom } from "../numerics/random.ts";
import { binRows, binTables, joined } from "./binRows.ts";
import { MOST_LEARNED, partRows, planFolds } from "./folds.ts";
import { growTrees } from "./growTrees.ts";
import { type LocalizeTables, type RowScores, treeScorer } from "./rowScores.ts";

/** Scores rows by how much rather they are the candidate's than the reference's, as trees tell that saw neither. */
export function learnDiscriminator({ frame, reference, candidate }: LocalizeTables, seed: number): RowScores {
  const tables = binTables(frame, reference);
  const folds = planFolds(reference.sample, candidate.sample);
  const models = Array.from({ length: folds.count }, (_, fold) => {
    const ofReal = partRows(reference.sample, folds, fold, MOST_LEARNED).outside;
    const ofOther = partRows(candidate.sample, folds, fold, MOST_LEARNED).outside;
    const left = binRows(tables, reference.sample.codes, ofReal);
    const right = binRows(tables, candidate.sample.codes, ofOther);
    const both = left.map((bins, variable) =>
      joined(bins, right[variable] ?? new Uint8Array(ofOther.length)),
    );
    const isOther = new Uint8Array(ofReal.length + ofOther.length).fill(1, ofReal.length);
    return growTrees(both, isOther, seededRandom(seed, `localize discriminator ${fold}`));
  });
  return treeScorer("discriminator", { frame, reference, candidate }, folds, models);
}
