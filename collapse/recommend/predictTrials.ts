import { choosePenalty } from "../harm/choosePenalty.ts";
import { type FitPlan, fitPieces } from "../harm/fitTargets.ts";
import { sumGrams } from "../harm/gram.ts";
import { constantLoss, type Judge, judgeOf, meanOf, squaredLoss } from "../harm/losses.ts";
import { gramOfRows, shapeOf } from "../harm/mapPieces.ts";
import { type HarmTables, type LogRatio, MOST_LOG_RATIO } from "../harm/measurePrediction.ts";
import { planTasks, type Task } from "../harm/planTasks.ts";
import { drawFeatures, type RowMap } from "../harm/randomFeatures.ts";
import { type Random, seededRandom } from "../numerics/random.ts";
import type { DrawnTrials } from "./drawTrials.ts";
import type { JudgingHalf } from "./judgingHalves.ts";

/** Fewer than a check takes: trials are compared with each other, under equal chance. */
const FEATURES = 96;
const MOST_TARGETS = 16;
const LEAST_SKILL = 0.1;
const LOSS_FLOOR = 0.02;

/** By half, pair and trial: the log ratios of the losses of all targets, against as many real rows. */
export type TrialRatios = readonly (readonly (readonly (readonly LogRatio[])[])[])[];

interface TargetLosses {
  readonly skill: number;
  /** By half, pair and trial. */
  readonly ratios: readonly (readonly (readonly LogRatio[])[])[];
}

/** Trains ridge regressions of random features on every side, and compares them on either half of the judges. */
export function predictTrials(
  tables: HarmTables,
  drawn: DrawnTrials,
  halves: readonly JudgingHalf[],
  options: { readonly seed: number; readonly target: string | null; readonly asksTail: boolean },
): TrialRatios {
  const targets = planTasks(tables.frame, options.target).flatMap((task, index) =>
    measureTask(tables, drawn, halves, task, {
      random: seededRandom(options.seed, `trial features ${index}`),
      asksTail: options.asksTail,
    }),
  );
  const best = [...targets].sort((left, right) => right.skill - left.skill).slice(0, MOST_TARGETS);
  return halves.map((_, half) =>
    drawn.pairs.map(({ sides }, pair) =>
      sides.map((__, trial) => best.flatMap(({ ratios }) => ratios[half]?.[pair]?.[trial] ?? [])),
    ),
  );
}

function measureTask(
  tables: HarmTables,
  drawn: DrawnTrials,
  halves: readonly JudgingHalf[],
  task: Task,
  { random, asksTail }: { readonly random: Random; readonly asksTail: boolean },
): readonly TargetLosses[] {
  const { width } = tables.frame.encoding;
  const map: RowMap = {
    features: drawFeatures(task.columns, FEATURES, random),
    targets: task.targets.flatMap(({ features }) => features),
  };
  const plan = { shape: shapeOf(map), features: FEATURES + 1 };
  const grams = drawn.pieces.map(({ of, rows }) => gramOfRows(tables[of], width, rows, map));
  let next = FEATURES + 1;
  const groups = task.targets.map(({ features }) => features.map(() => next++));
  const { penalty, skill } = choosePenalty(grams, drawn.real, plan, groups);
  const isKept = (index: number): boolean => task.isDeclared || (skill[index] ?? 0) >= LEAST_SKILL;
  const fit: FitPlan = { ...plan, penalty, targets: groups.filter((_, index) => isKept(index)).flat() };
  if (fit.targets.length === 0) return [];
  const weights = drawn.pairs.map(({ left, sides }) => ({
    left: fitPieces(grams, left, fit),
    sides: sides.map((side) => fitPieces(grams, side, fit)),
  }));
  const judges = halves.map((half) => judgesOf(tables, half, map));
  return groups.flatMap((columns, index) => {
    if (!isKept(index)) return [];
    const ratios = judges.map((ofHalf) =>
      ofHalf.map((judge, pair) => {
        const losses = (of: Float64Array) => lossesOf(judge, of, columns, fit, asksTail);
        const real = losses(weights[pair]?.left ?? NONE);
        return (weights[pair]?.sides ?? []).map((side) => ratioOf(losses(side), real));
      }),
    );
    return [{ skill: skill[index] ?? 0, ratios }];
  });
}

const NONE = new Float64Array(0);

interface PairJudge {
  readonly all: Judge;
  readonly tail: Judge;
}

/** The judges of each pair: the sums of the Gram matrices of its buckets. */
function judgesOf(
  { reference, frame }: HarmTables,
  { buckets, ofPair }: JudgingHalf,
  map: RowMap,
): readonly PairJudge[] {
  const gramOf = (rows: Uint32Array) => gramOfRows(reference, frame.encoding.width, rows, map);
  const outer = buckets.map((bucket) => gramOf(bucket.outer));
  const inner = buckets.map((bucket) => gramOf(bucket.inner));
  const shape = shapeOf(map);
  return ofPair.map((chosen) => {
    const tail = sumGrams(outer, chosen);
    return {
      all: judgeOf(sumGrams([tail, sumGrams(inner, chosen)], [0, 1]), shape, FEATURES + 1),
      tail: judgeOf(tail, shape, FEATURES + 1),
    };
  });
}

/** Losses of one target, no less than what is as good as none. */
function lossesOf(
  { all, tail }: PairJudge,
  weights: Float64Array,
  columns: readonly number[],
  fit: FitPlan,
  asksTail: boolean,
): LogRatio {
  const of = (judge: Judge): number => {
    let [loss, floor] = [0, 0];
    for (const column of columns) {
      loss += squaredLoss(judge, weights, fit.targets.indexOf(column) * fit.features, column);
      floor += LOSS_FLOOR * constantLoss(judge, column, meanOf(all, column));
    }
    return Math.max(loss, floor);
  };
  // Most of the work is here, and a tail of few rows counts for nothing.
  return { all: of(all), tail: asksTail ? of(tail) : Number.NaN };
}

const ratioOf = (losses: LogRatio, real: LogRatio): LogRatio => ({
  all: logRatio(losses.all, real.all),
  tail: logRatio(losses.tail, real.tail),
});

/** One target alone does not decide a mean, and one that nothing can be said of decides nothing. */
function logRatio(loss: number, real: number): number {
  const ratio = Math.log(loss / real);
  return Number.isNaN(ratio) ? 0 : Math.max(-MOST_LOG_RATIO, Math.min(MOST_LOG_RATIO, ratio));
}
