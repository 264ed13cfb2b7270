import type { Purpose } from "../../../collapse/contracts/harm.ts";
import { clampHarm, harmFeatures } from "./harmFeatures.ts";
import type { JoinedCase } from "./joinCases.ts";
import { type NonNegativeFit, nonNegativeRidge, predicted } from "./nonNegativeRidge.ts";

/** A labeled case with the harm that is predicted for it by a fit that saw neither its data set nor its family. */
export interface PredictedCase {
  readonly joined: JoinedCase;
  readonly harm: number;
  readonly predicted: number;
}

const PENALTY = 0.02;
const CHANNELS = ["mean", "worst_target", "tail", "tree_nats", "discriminator_nats"] as const;

/** Cases that have a label of harm, each predicted by the others; every data set weighs the same. */
export function foldPredictions(cases: readonly JoinedCase[], purpose: Purpose): readonly PredictedCase[] {
  const rows = cases.flatMap((joined) => {
    const { h } = joined.labels[purpose];
    return h === null || joined.measured.failure !== null
      ? []
      : [{ joined, harm: clampHarm(h), features: featuresOf(joined, purpose) }];
  });
  const folds = Map.groupBy(rows, ({ joined }) => `${joined.dataset} ${joined.family}`);
  return [...folds.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { dataset, family } = first.joined;
    const fit = fitRows(rows.filter(({ joined }) => joined.dataset !== dataset && joined.family !== family));
    return own.map(({ joined, harm, features }) => ({
      joined,
      harm,
      predicted: clampHarm(predicted(fit, features)),
    }));
  });
}

function fitRows(
  rows: readonly {
    readonly joined: JoinedCase;
    readonly harm: number;
    readonly features: readonly number[];
  }[],
): NonNegativeFit {
  const sizes = Map.groupBy(rows, ({ joined }) => joined.dataset);
  return nonNegativeRidge(
    rows.map(({ joined, harm, features }) => ({
      features,
      target: harm,
      weight: 1 / (sizes.get(joined.dataset)?.length ?? 1),
    })),
    PENALTY,
  );
}

/** Harm of every channel in margins, not below 0, and the excesses of the dimensions. */
function featuresOf({ measured }: JoinedCase, purpose: Purpose): readonly number[] {
  const { excesses } = harmFeatures(purpose, measured.channels, measured.excesses, {});
  const channels = CHANNELS.map((name) => {
    const own = measured.channels.find(({ channel }) => channel === name);
    return own === undefined ? 0 : Math.max(0, clampHarm(own.value / own.margin));
  });
  return [...channels, ...excesses];
}
