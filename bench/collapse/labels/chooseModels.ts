import { seededRandom, shuffledIndices } from "../../../collapse/numerics/random.ts";
import { BOOSTED_TREES } from "./boosting.ts";
import { FORESTS } from "./forest.ts";
import { type LabelModel, type LearningSet, rowLosses, takePoints } from "./learn.ts";
import { NEAREST } from "./neighbors.ts";

const FAMILIES = [FORESTS, BOOSTED_TREES, NEAREST];
const FOLDS = 2;

/** The model of each family that answers best on real rows, by cross-validation; it then serves both arms. */
export function chooseModels(real: LearningSet, seed: number): { family: string; model: LabelModel }[] {
  const order = shuffledIndices(real.points.rows, seededRandom(seed, "folds"));
  return FAMILIES.flatMap(({ name, models }) => {
    const losses = models.map((model) => {
      let loss = 0;
      for (let fold = 0; fold < FOLDS; fold++) {
        const held = takePoints(
          real,
          order.filter((_, at) => at % FOLDS === fold),
        );
        const rest = takePoints(
          real,
          order.filter((_, at) => at % FOLDS !== fold),
        );
        const answers = model(rest, held.points, seededRandom(seed, `${name} ${fold}`));
        loss += rowLosses(answers, held).reduce((sum, each) => sum + each, 0);
      }
      return loss;
    });
    const model = models[losses.indexOf(Math.min(...losses))];
    return model === undefined ? [] : [{ family: name, model }];
  });
}
