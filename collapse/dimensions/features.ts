import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import { varianceAt } from "./correlations.ts";

/** Features that spectra and regressions read at most: a null takes the eigenvalues of so many 800 times. */
const MOST_FEATURES = 32;
/**
 * Features of less variance are the same in all but about 2 % of the rows: two of them agree perfectly by chance, and
 * an eigenvalue is 0.
 */
const LEAST_VARIANCE = 0.01;

/** The features that vary in the reference: normal scores first, then the others by variance; at most 32. */
export function coreFeatures(frame: Frame, reference: Aggregate): readonly number[] {
  const { dense, width } = frame.encoding;
  const varying = Array.from({ length: width }, (_, feature) => feature).filter(
    (feature) => varianceAt(reference, feature) > LEAST_VARIANCE,
  );
  const others = varying
    .filter((feature) => feature >= dense)
    .sort((a, b) => varianceAt(reference, b) - varianceAt(reference, a) || a - b);
  return [...varying.filter((feature) => feature < dense), ...others].slice(0, MOST_FEATURES);
}

/** One column of the reference that is predicted linearly from the others. */
export interface LinearTask {
  /** As people read it: the feature's name. */
  readonly name: string;
  readonly target: number;
  /** Features of other columns. */
  readonly predictors: readonly number[];
  /** Standard deviations in the reference, of the predictors and of the target: all are measured in them. */
  readonly sds: Float64Array;
  readonly targetSd: number;
}

/** Tasks at most, and predictors of each: every draw solves all of them. */
const MOST_TASKS = 16;
const MOST_PREDICTORS = 24;

/** What is predicted: the target's features where there is a target, else each number, else each first level. */
export function linearTasks(frame: Frame, reference: Aggregate): readonly LinearTask[] {
  const core = coreFeatures(frame, reference);
  const { features, dense } = frame.encoding;
  const variableOf = (feature: number) => frame.variables[features[feature]?.variable ?? -1];
  const sdOf = (feature: number): number => Math.sqrt(varianceAt(reference, feature));
  const ofTarget = features.flatMap((_, feature) =>
    variableOf(feature)?.isTarget && sdOf(feature) ** 2 > LEAST_VARIANCE ? [feature] : [],
  );
  const numbers = core.filter((feature) => feature < dense);
  const firstLevels = core.filter(
    (feature, place) => core.findIndex((other) => variableOf(other) === variableOf(feature)) === place,
  );
  const targets = [ofTarget, numbers, firstLevels].find((some) => some.length > 0) ?? [];
  return targets.slice(0, MOST_TASKS).flatMap((target): LinearTask[] => {
    const predictors = core
      .filter((feature) => variableOf(feature)?.column !== variableOf(target)?.column)
      .slice(0, MOST_PREDICTORS);
    if (predictors.length === 0) return [];
    const name = features[target]?.name ?? "";
    return [{ name, target, predictors, sds: Float64Array.from(predictors, sdOf), targetSd: sdOf(target) }];
  });
}

/** Second moments of a task in the reference's standard deviations: X'X / rows, X'y / rows and y'y / rows, centered. */
export interface TaskMoments {
  readonly gram: Float64Array;
  readonly cross: Float64Array;
  square: number;
}

/** Room for a task's moments. */
export function taskMoments({ predictors }: LinearTask): TaskMoments {
  const width = predictors.length;
  return { gram: new Float64Array(width * width), cross: new Float64Array(width), square: 0 };
}

/** Fills `into` with the task's moments of these rows, and returns it. */
export function fillMoments(task: LinearTask, aggregate: Aggregate, into: TaskMoments): TaskMoments {
  const { predictors, sds, target, targetSd } = task;
  const { comoment, rows } = aggregate;
  const width = aggregate.mean.length;
  for (let a = 0; a < predictors.length; a++) {
    const offset = (predictors[a] ?? 0) * width;
    const scale = sds[a] ?? 1;
    // A product of two factors is the same either way round, so the matrix is symmetric to the last bit.
    for (let b = 0; b < predictors.length; b++)
      into.gram[a * predictors.length + b] =
        (comoment[offset + (predictors[b] ?? 0)] ?? 0) / (scale * (sds[b] ?? 1) * (rows - 1));
    into.cross[a] = (comoment[offset + target] ?? 0) / (scale * targetSd * (rows - 1));
  }
  into.square = (comoment[target * width + target] ?? 0) / (targetSd * targetSd * (rows - 1));
  return into;
}
