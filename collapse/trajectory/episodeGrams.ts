import type { Episode } from "./keepEpisodes.ts";

/** What a controller is asked: the reference's own scales, and where its outermost frames begin. */
export interface TrajectoryTask {
  readonly joints: number;
  readonly states: number;
  /** State, motion of the state, last step of the action, and one. */
  readonly features: number;
  /** Features and targets. */
  readonly width: number;
  readonly means: Float64Array;
  readonly sds: Float64Array;
  /** Standard deviation of each action's step from a frame to the next one. */
  readonly steps: Float64Array;
  /** Of each state that of its step. */
  readonly motions: Float64Array;
  /** Squared distance from the reference's mean state, beyond which a tenth of its frames lies. */
  readonly outermost: number;
}

const TAIL_SHARE = 0.1;

/** Learns scales of the reference's episodes. Without states the actions stand in for them. */
export function trajectoryTask(episodes: readonly Episode[]): TrajectoryTask {
  const joints = widthOf(episodes, (episode) => episode.actions);
  const states = widthOf(episodes, statesOf);
  const { means, sds } = momentsOf(episodes, statesOf, states);
  const features = 2 * states + joints + 1;
  const task = {
    joints,
    states,
    features,
    width: features + joints,
    means,
    sds,
    steps: stepsOf(episodes, (episode) => episode.actions, joints),
    motions: stepsOf(episodes, statesOf, states),
    outermost: Number.POSITIVE_INFINITY,
  };
  const distances: number[] = [];
  for (const episode of episodes)
    for (let frame = 0; frame < episode.frames; frame++)
      distances.push(distanceOf(statesOf(episode), frame, task));
  const sorted = Float64Array.from(distances).sort();
  return {
    ...task,
    outermost: sorted[Math.floor((1 - TAIL_SHARE) * sorted.length)] ?? Number.POSITIVE_INFINITY,
  };
}

const statesOf = ({ states, actions }: Episode): Float64Array => (states.length > 0 ? states : actions);

function widthOf(episodes: readonly Episode[], read: (episode: Episode) => Float64Array): number {
  const longest = episodes.find(({ frames }) => frames > 0);
  return longest ? read(longest).length / longest.frames : 0;
}

/** Standard deviations of the reference's actions. */
export const actionSpreads = (episodes: readonly Episode[]): Float64Array => {
  const read = (episode: Episode): Float64Array => episode.actions;
  return momentsOf(episodes, read, widthOf(episodes, read)).sds;
};

function momentsOf(
  episodes: readonly Episode[],
  read: (episode: Episode) => Float64Array,
  width: number,
): { readonly means: Float64Array; readonly sds: Float64Array } {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  let frames = 0;
  for (const episode of episodes) {
    const values = read(episode);
    for (let index = 0; index < values.length; index++)
      sums[index % width] = (sums[index % width] ?? 0) + (values[index] ?? 0);
    frames += episode.frames;
  }
  const means = sums.map((sum) => sum / Math.max(1, frames));
  for (const episode of episodes)
    read(episode).forEach((value, index) => {
      squares[index % width] = (squares[index % width] ?? 0) + (value - (means[index % width] ?? 0)) ** 2;
    });
  return { means, sds: squares.map((square) => Math.sqrt(square / Math.max(1, frames)) || 1) };
}

function stepsOf(
  episodes: readonly Episode[],
  read: (episode: Episode) => Float64Array,
  width: number,
): Float64Array {
  const squares = new Float64Array(width);
  let frames = 0;
  for (const episode of episodes) {
    const values = read(episode);
    for (let index = width; index < values.length; index++)
      squares[index % width] =
        (squares[index % width] ?? 0) + ((values[index] ?? 0) - (values[index - width] ?? 0)) ** 2;
    frames += Math.max(0, episode.frames - 1);
  }
  return squares.map((square) => Math.sqrt(square / Math.max(1, frames)) || 1);
}

function distanceOf(
  states: Float64Array,
  frame: number,
  { means, sds }: Pick<TrajectoryTask, "means" | "sds">,
): number {
  let sum = 0;
  for (let index = 0; index < means.length; index++)
    sum += (((states[frame * means.length + index] ?? 0) - (means[index] ?? 0)) / (sds[index] ?? 1)) ** 2;
  return sum;
}

/** An episode as sums of products of features and targets: of its usual frames, and of its outermost. */
export interface EpisodeGrams {
  readonly frames: number;
  readonly inner: Float64Array;
  readonly outer: Float64Array;
}

/** Each frame that has one before and one behind it: what is known at it, and the step of the action to the next. */
export function gramsOf(episode: Episode, task: TrajectoryTask): EpisodeGrams {
  const { joints, states: width, means, sds, steps, motions } = task;
  const states = statesOf(episode);
  const inner = new Float64Array(task.width ** 2);
  const outer = new Float64Array(task.width ** 2);
  const row = new Float64Array(task.width);
  row[task.features - 1] = 1;
  for (let frame = 1; frame + 1 < episode.frames; frame++) {
    for (let index = 0; index < width; index++) {
      const value = states[frame * width + index] ?? 0;
      row[index] = (value - (means[index] ?? 0)) / (sds[index] ?? 1);
      row[width + index] = (value - (states[(frame - 1) * width + index] ?? 0)) / (motions[index] ?? 1);
    }
    for (let joint = 0; joint < joints; joint++) {
      const value = episode.actions[frame * joints + joint] ?? 0;
      const unit = steps[joint] ?? 1;
      row[2 * width + joint] = (value - (episode.actions[(frame - 1) * joints + joint] ?? 0)) / unit;
      row[task.features + joint] = ((episode.actions[(frame + 1) * joints + joint] ?? 0) - value) / unit;
    }
    addProducts(row, distanceOf(states, frame, task) > task.outermost ? outer : inner);
  }
  return { frames: Math.max(0, episode.frames - 2), inner, outer };
}

/** Adds the products of every two numbers, the lower half. */
function addProducts(row: Float64Array, into: Float64Array): void {
  for (let a = 0; a < row.length; a++) {
    const value = row[a] ?? 0;
    for (let b = 0; b <= a; b++)
      into[a * row.length + b] = (into[a * row.length + b] ?? 0) + value * (row[b] ?? 0);
  }
}

export function sumOfGrams(grams: readonly Float64Array[], width: number): Float64Array {
  const sum = new Float64Array(width * width);
  for (const gram of grams)
    for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (gram[index] ?? 0);
  return sum;
}
