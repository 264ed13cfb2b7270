import type { Frame, RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { choosePenalty } from "./choosePenalty.ts";
import type { Draws } from "./drawSides.ts";
import { type FitPlan, fitPieces } from "./fitTargets.ts";
import { sumGrams } from "./gram.ts";
import { constantLoss, type Judge, judgeOf, meanOf, squaredLoss } from "./losses.ts";
import { gramOfRows, shapeOf } from "./mapPieces.ts";
import { outermostRows } from "./outermostRows.ts";
import { planTasks, type Task } from "./planTasks.ts";
import { drawFeatures, featureCount, type RowMap } from "./randomFeatures.ts";
import type { SplitRows } from "./splitRows.ts";

const MOST_TARGETS = 16;
const LEAST_SKILL = 0.1;
/** Losses below this share of the constant predictor's are as good as none: their ratios mean nothing. */
export const LOSS_FLOOR = 0.02;
/** One target alone does not decide a mean. */
export const MOST_LOG_RATIO = Math.log(4);

/** Log ratios of losses of one target: first arm of a pair against real rows, over all test rows and the outermost. */
export interface TargetRatios {
  readonly name: string;
  readonly skill: number;
  /** Per pair: right side against left, both real. */
  readonly null: readonly LogRatio[];
  /** Per pair: the candidate against the left side. */
  readonly candidate: readonly LogRatio[];
}
export interface LogRatio {
  readonly all: number;
  readonly tail: number;
}

export interface Prediction {
  readonly targets: readonly TargetRatios[];
  readonly tailRows: number;
}

/** What the tables are read through. */
export interface HarmTables {
  readonly reference: RowSample;
  readonly candidate: RowSample;
  readonly frame: Frame;
}

/** One task to measure, on its own: all that a thread needs for it. */
export interface TaskJob {
  readonly tables: HarmTables;
  readonly test: Uint32Array;
  readonly tail: Uint32Array;
  readonly draws: Draws;
  readonly task: Task;
  readonly seed: number;
  readonly purpose: string;
}

/** What is measured of prediction, task by task. */
export interface PredictionPlan {
  readonly jobs: readonly TaskJob[];
  readonly tailRows: number;
}

/** Chooses what is to be predicted of what, and on which rows. */
export function planPrediction(
  tables: HarmTables,
  rows: SplitRows,
  draws: Draws,
  options: { readonly seed: number; readonly target: string | null },
): PredictionPlan {
  const { width } = tables.frame.encoding;
  const tail = outermostRows(tables.reference, width, rows.train, rows.test);
  const tasks = draws.trainedRows > 0 && rows.test.length > 0 ? planTasks(tables.frame, options.target) : [];
  const jobs = tasks.map((task, index) => ({
    ...{ tables, test: rows.test, tail, draws, task, seed: options.seed },
    purpose: `harm features ${index}`,
  }));
  return { jobs, tailRows: tail.length };
}

/** Keeps the 16 targets that real rows predict best, of those that they predict at all. */
export function joinPrediction(
  { tailRows }: PredictionPlan,
  ofTasks: readonly (readonly TargetRatios[])[],
): Prediction {
  const measured = ofTasks.flat();
  const best = [...measured].sort((left, right) => right.skill - left.skill).slice(0, MOST_TARGETS);
  return { targets: measured.filter((one) => best.includes(one)), tailRows };
}

/**
 * Trains the same ridge regression of random features on either side of every pair, and compares their squared losses
 * on real rows that nobody trained on; of targets that real rows predict by at least a tenth, or that were declared.
 */
export function measureTask({
  tables: { reference, candidate, frame },
  test,
  tail,
  draws,
  task,
  ...options
}: TaskJob): readonly TargetRatios[] {
  const { width } = frame.encoding;
  const count = featureCount(draws.trainedRows);
  const map: RowMap = {
    features: drawFeatures(task.columns, count, seededRandom(options.seed, options.purpose)),
    targets: task.targets.flatMap(({ features }) => features),
  };
  const plan = { shape: shapeOf(map), features: count + 1 };
  const real = draws.real.rows.map((rows) => gramOfRows(reference, width, rows, map));
  const groups = columnsOfTargets(task, count + 1);
  const { penalty, skill } = choosePenalty(real, cvPieces(draws), plan, groups);
  const leastSkill = task.isDeclared ? Number.NEGATIVE_INFINITY : LEAST_SKILL;
  const kept = groups.flatMap((columns, index) =>
    (skill[index] ?? 0) >= leastSkill
      ? [{ columns, name: task.targets[index]?.name ?? "", skill: skill[index] ?? 0 }]
      : [],
  );
  if (kept.length === 0) return [];
  const other = draws.candidate.rows.map((rows) => gramOfRows(candidate, width, rows, map));
  const judges = judgesOf(reference, width, test, tail, map);
  const fit: FitPlan = { ...plan, penalty, targets: kept.flatMap(({ columns }) => columns) };
  const arms = draws.sides.map(({ left, right, candidate: side }) => ({
    left: fitPieces(real, left, fit),
    right: fitPieces(real, right, fit),
    candidate: fitPieces(other, side, fit),
  }));
  return kept.map(({ name, skill, columns }) => {
    const all = lossesOn(judges.all, judges.all, columns, fit);
    const outer = lossesOn(judges.tail, judges.all, columns, fit);
    const pairs = arms.map(({ left, right, candidate }) => {
      const [base, baseOuter] = [all(left), outer(left)];
      const ratio = (arm: Float64Array): LogRatio => ({
        all: logRatio(all(arm), base),
        tail: logRatio(outer(arm), baseOuter),
      });
      return { null: ratio(right), candidate: ratio(candidate) };
    });
    return {
      name,
      skill,
      null: pairs.map((pair) => pair.null),
      candidate: pairs.map((pair) => pair.candidate),
    };
  });
}

/** All test rows, and the outermost: the Gram matrix of these is a part of that of all. */
function judgesOf(sample: RowSample, width: number, test: Uint32Array, tail: Uint32Array, map: RowMap) {
  const features = map.features.length + 1;
  const isTail = new Set(tail);
  const outer = gramOfRows(sample, width, tail, map);
  const inner = gramOfRows(
    sample,
    width,
    test.filter((row) => !isTail.has(row)),
    map,
  );
  return {
    all: judgeOf(sumGrams([outer, inner], [0, 1]), shapeOf(map), features),
    tail: judgeOf(outer, shapeOf(map), features),
  };
}

/** Real pieces that choose the penalty: as many that each fold leaves a side. */
function cvPieces({ real, sides }: Draws): readonly number[] {
  const [first] = sides;
  const drawn = first ? [...first.left, ...first.right] : [];
  return drawn.slice(
    0,
    Math.min(drawn.length, real.rows.length, Math.ceil(1.25 * (first?.left.length ?? 0))),
  );
}

/** Columns of the mapped rows that hold each target. */
function columnsOfTargets(task: Task, from: number): readonly (readonly number[])[] {
  let next = from;
  return task.targets.map(({ features }) => features.map(() => next++));
}

/** The loss of weights on the columns of one target, floored. */
function lossesOn(
  judge: Judge,
  all: Judge,
  columns: readonly number[],
  fit: FitPlan,
): (weights: Float64Array) => number {
  const floor =
    LOSS_FLOOR * columns.reduce((sum, column) => sum + constantLoss(judge, column, meanOf(all, column)), 0);
  return (weights) =>
    Math.max(
      floor,
      columns.reduce(
        (sum, column) =>
          sum + squaredLoss(judge, weights, fit.targets.indexOf(column) * fit.features, column),
        0,
      ),
    );
}

/** The logarithm of a ratio of losses; a ratio of nothing to nothing is 1. */
export function logRatio(loss: number, against: number): number {
  const ratio = Math.log(loss / against);
  return Number.isNaN(ratio) ? 0 : Math.max(-MOST_LOG_RATIO, Math.min(MOST_LOG_RATIO, ratio));
}
