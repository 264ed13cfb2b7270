import { type FitPlan, featureVariance, fitSquare } from "./fitTargets.ts";
import { squareOf, sumGrams } from "./gram.ts";
import { constantLoss, judgeOf, meanOf, squaredLoss } from "./losses.ts";

const FOLDS = 5;
/** Penalties in variances of a feature. */
const PENALTIES = [1e-3, 1e-2, 1e-1, 1];

/** The penalty that real rows choose, and how much of each target it then explains. */
export interface Choice {
  readonly penalty: number;
  /** 1 − loss / loss of the constant predictor, per target. */
  readonly skill: readonly number[];
}

/**
 * Five-fold cross-validation over pieces of real rows: the penalty with the least sum over targets of loss per loss of
 * a constant. Real rows alone choose, so that both arms of a pair are trained alike. `groups` holds the columns of each
 * target.
 */
export function choosePenalty(
  grams: readonly Float64Array[],
  pieces: readonly number[],
  plan: Omit<FitPlan, "penalty" | "targets">,
  groups: readonly (readonly number[])[],
): Choice {
  const all = judgeOf(sumGrams(grams, pieces), plan.shape, plan.features);
  const unit = featureVariance(all);
  const folds = Array.from({ length: FOLDS }, (_, fold) => foldOf(grams, pieces, plan, fold));
  const choices = PENALTIES.map((relative): Choice => {
    const penalty = relative * unit + Number.MIN_VALUE;
    return { penalty, skill: skillOf(folds, { ...plan, penalty, targets: groups.flat() }, groups) };
  });
  const lossOf = ({ skill }: Choice): number => skill.reduce((sum, one) => sum + Math.min(1, 1 - one), 0);
  return choices.reduce((best, choice) => (lossOf(choice) < lossOf(best) ? choice : best));
}

const foldOf = (
  grams: readonly Float64Array[],
  pieces: readonly number[],
  plan: Omit<FitPlan, "penalty" | "targets">,
  fold: number,
) => {
  const isHeld = (place: number): boolean => Math.floor((place * FOLDS) / pieces.length) === fold;
  return {
    kept: squareOf(
      sumGrams(
        grams,
        pieces.filter((_, place) => !isHeld(place)),
      ),
      plan.shape.panels,
      plan.shape.columns,
    ),
    judge: judgeOf(
      sumGrams(
        grams,
        pieces.filter((_, place) => isHeld(place)),
      ),
      plan.shape,
      plan.features,
    ),
  };
};

function skillOf(
  folds: readonly ReturnType<typeof foldOf>[],
  plan: FitPlan,
  groups: readonly (readonly number[])[],
): readonly number[] {
  const loss = new Float64Array(groups.length);
  const constant = new Float64Array(groups.length);
  for (const { kept, judge } of folds) {
    const weights = fitSquare(kept.slice(), plan);
    groups.forEach((group, index) => {
      for (const target of group) {
        const offset = plan.targets.indexOf(target) * plan.features;
        loss[index] = (loss[index] ?? 0) + squaredLoss(judge, weights, offset, target);
        constant[index] = (constant[index] ?? 0) + constantLoss(judge, target, meanOf(judge, target));
      }
    });
  }
  return groups.map((_, index) => {
    const most = constant[index] ?? 0;
    return most > 0 ? 1 - (loss[index] ?? 0) / most : 0;
  });
}
