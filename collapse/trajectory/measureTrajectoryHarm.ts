import type { HarmChannel } from "../contracts/harm.ts";
import { channelOf, unknownChannel } from "../harm/channelOf.ts";
import { fitRidge } from "../harm/fitRidge.ts";
import { constantLoss, type Judge, meanOf, squaredLoss } from "../harm/losses.ts";
import { type Random, seededRandom, shuffledIndices } from "../numerics/random.ts";
import { type EpisodeGrams, gramsOf, sumOfGrams, type TrajectoryTask } from "./episodeGrams.ts";
import type { Episode } from "./keepEpisodes.ts";

const MEAN_MARGIN = Math.log(1.1);
const TAIL_MARGIN = Math.log(1.3);
const MOST_LOG_RATIO = Math.log(4);
const LOSS_FLOOR = 0.02;
/** Per frame, in the features' own variances. */
const PENALTIES = [0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** Pairs that choose among them. */
const CHOOSING_PAIRS = 4;
const LEAST_FRAMES = 500;

/** What training on the candidate's episodes costs a controller. */
export interface TrajectoryHarm {
  readonly channels: readonly HarmChannel[];
  readonly trainedFrames: number;
  readonly testedFrames: number;
}

interface LogRatios {
  readonly all: number;
  readonly tail: number;
}

/**
 * Error on unseen real episodes of a ridge regression of the next action's step on state and motion, trained on the
 * candidate, over that of one trained on about as many real frames: on all frames (`mean`), and on the tenth of them
 * whose state lies farthest out (`tail`); the mean of the log ratios of all joints. Either half of the reference's
 * episodes trains while the other judges; a pair's value is the mean of both.
 */
export function measureTrajectoryHarm(
  episodes: { readonly reference: readonly Episode[]; readonly candidate: readonly Episode[] },
  task: TrajectoryTask,
  options: { readonly seed: number; readonly pairs: number },
): TrajectoryHarm {
  const reference = episodes.reference.map((episode) => gramsOf(episode, task));
  const candidate = episodes.candidate.map((episode) => gramsOf(episode, task));
  const halves: readonly (readonly EpisodeGrams[])[] = [0, 1].map((half) =>
    reference.filter((_, index) => index % 2 === half),
  );
  const [first = [], second = []] = halves;
  const budget = Math.floor(Math.min(framesOf(candidate), framesOf(first) / 2, framesOf(second) / 2));
  if (budget < LEAST_FRAMES) return { channels: unknownChannels(), trainedFrames: 0, testedFrames: 0 };
  const folds = [
    { train: first, test: second },
    { train: second, test: first },
  ].map(({ train, test }, fold) =>
    comparePairs(train, test, candidate, {
      ...options,
      budget,
      task,
      random: seededRandom(options.seed, `trajectories ${fold}`),
    }),
  );
  const pairsOf = (read: (fold: (typeof folds)[number], pair: number) => number): number[] =>
    Array.from(
      { length: options.pairs },
      (_, pair) => folds.reduce((sum, fold) => sum + read(fold, pair), 0) / folds.length,
    );
  const channel = (name: "mean" | "tail", margin: number, key: keyof LogRatios): HarmChannel => {
    const nulls = pairsOf((fold, pair) => fold.null[pair]?.[key] ?? 0);
    return channelOf({
      purpose: "predictive",
      channel: name,
      subject: null,
      margin,
      trainedRows: budget,
      null: [...nulls, ...nulls.map((value) => -value)],
      candidate: pairsOf((fold, pair) => fold.candidate[pair]?.[key] ?? 0),
    });
  };
  return {
    channels: [channel("mean", MEAN_MARGIN, "all"), channel("tail", TAIL_MARGIN, "tail")],
    trainedFrames: budget,
    testedFrames: framesOf(reference),
  };
}

const unknownChannels = (): HarmChannel[] => [
  unknownChannel("predictive", "mean", MEAN_MARGIN, MOST_LOG_RATIO),
  unknownChannel("predictive", "tail", TAIL_MARGIN, MOST_LOG_RATIO),
];

const framesOf = (episodes: readonly EpisodeGrams[]): number =>
  episodes.reduce((sum, { frames }) => sum + frames, 0);

interface PairOptions {
  readonly pairs: number;
  readonly budget: number;
  readonly task: TrajectoryTask;
  readonly random: Random;
}

function comparePairs(
  train: readonly EpisodeGrams[],
  test: readonly EpisodeGrams[],
  candidate: readonly EpisodeGrams[],
  { pairs, budget, task, random }: PairOptions,
): { readonly null: readonly LogRatios[]; readonly candidate: readonly LogRatios[] } {
  const judges = {
    all: judgeOf(
      test.flatMap(({ inner, outer }) => [inner, outer]),
      task,
    ),
    tail: judgeOf(
      test.map(({ outer }) => outer),
      task,
    ),
  };
  const sides = Array.from({ length: pairs }, () => {
    const order = shuffledIndices(train.length, random);
    const middle = episodesUntil(train, order, 0, budget);
    const end = episodesUntil(train, order, middle, budget);
    const other = shuffledIndices(candidate.length, random);
    return {
      left: sumOf(train, order.subarray(0, middle), task),
      right: sumOf(train, order.subarray(middle, end), task),
      candidate: sumOf(candidate, other.subarray(0, episodesUntil(candidate, other, 0, budget)), task),
    };
  });
  const penalty = choosePenalty(sides.slice(0, CHOOSING_PAIRS), task);
  const drawn = sides.map((side) => {
    const left = weightsOf(side.left, task, penalty);
    return {
      null: compared(judges, weightsOf(side.right, task, penalty), left, task),
      candidate: compared(judges, weightsOf(side.candidate, task, penalty), left, task),
    };
  });
  return { null: drawn.map((pair) => pair.null), candidate: drawn.map((pair) => pair.candidate) };
}

/** Where the episodes from `from` on, in `order`, come nearest to so many frames: one episode at least. */
function episodesUntil(
  episodes: readonly EpisodeGrams[],
  order: Uint32Array,
  from: number,
  frames: number,
): number {
  let sum = 0;
  let end = from;
  for (; end < order.length; end++) {
    const more = episodes[order[end] ?? 0]?.frames ?? 0;
    if (end > from && sum + more - frames > frames - sum) break;
    sum += more;
  }
  return end;
}

/** The penalty by which real training errs least on other real training; the same for all. */
function choosePenalty(
  sides: readonly { readonly left: Float64Array; readonly right: Float64Array }[],
  task: TrajectoryTask,
): number {
  let [best, least] = [PENALTIES[0] ?? 1, Number.POSITIVE_INFINITY];
  for (const penalty of PENALTIES) {
    let loss = 0;
    for (const { left, right } of sides) {
      const weights = weightsOf(left, task, penalty);
      const judge = judgeOf([right], task);
      for (let joint = 0; joint < task.joints; joint++)
        loss += squaredLoss(judge, weights, joint * task.features, task.features + joint);
    }
    if (loss < least) [best, least] = [penalty, loss];
  }
  return best;
}

function judgeOf(grams: readonly Float64Array[], task: TrajectoryTask): Judge {
  const square = sumOfGrams(grams, task.width);
  const one = task.features - 1;
  return { square, size: task.width, features: task.features, rows: square[one * task.width + one] ?? 0 };
}

/** The products of all frames of the chosen episodes. */
function sumOf(episodes: readonly EpisodeGrams[], chosen: Uint32Array, task: TrajectoryTask): Float64Array {
  const grams = Array.from(chosen).flatMap((index) => {
    const episode = episodes[index];
    return episode ? [episode.inner, episode.outer] : [];
  });
  return sumOfGrams(grams, task.width);
}

function weightsOf(gram: Float64Array, task: TrajectoryTask, penalty: number): Float64Array {
  const square = gram.slice();
  const one = task.features - 1;
  const rows = square[one * task.width + one] ?? 0;
  const targets = Array.from({ length: task.joints }, (_, joint) => task.features + joint);
  return fitRidge(square, task.width, task.features, targets, penalty * rows);
}

function compared(
  judges: { readonly all: Judge; readonly tail: Judge },
  weights: Float64Array,
  against: Float64Array,
  task: TrajectoryTask,
): LogRatios {
  const ratio = (judge: Judge): number => {
    const ratios = Float64Array.from({ length: task.joints }, (_, joint) => {
      const target = task.features + joint;
      const floor = LOSS_FLOOR * constantLoss(judge, target, meanOf(judges.all, target));
      const lossOf = (of: Float64Array): number =>
        Math.max(floor, squaredLoss(judge, of, joint * task.features, target));
      const log = Math.log(lossOf(weights) / lossOf(against));
      return Number.isFinite(log) ? Math.max(-MOST_LOG_RATIO, Math.min(MOST_LOG_RATIO, log)) : 0;
    });
    return ratios.reduce((sum, value) => sum + value, 0) / Math.max(1, ratios.length);
  };
  return { all: ratio(judges.all), tail: ratio(judges.tail) };
}
