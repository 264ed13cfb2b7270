import type { Episode } from "./keepEpisodes.ts";

/** What an episode is described by, as people read it. */
export const EPISODE_NUMBERS = [
  "log frames",
  "high-frequency share",
  "jerk over velocity",
  "path efficiency",
  "frozen joints",
  "action before state",
] as const;

/** A joint that moves less than this part of its usual spread stands still. */
const STILL = 0.01;
const MOST_LAG = 20;

/** The six numbers of an episode; `spreads`: the standard deviation of each action in the reference. NaN: too short. */
export function describeEpisode(episode: Episode, spreads: Float64Array): readonly number[] {
  const { actions, frames } = episode;
  const joints = spreads.length;
  if (frames < 8 || joints === 0) return EPISODE_NUMBERS.map(() => Number.NaN);
  const scaled = actions.map((value, index) => value / (spreads[index % joints] || 1));
  const first = differences(scaled, joints);
  const velocity = powerOf(first);
  return [
    Math.log(frames),
    velocity > 0 ? roughPower(first, joints) / velocity : Number.NaN,
    velocity > 0
      ? Math.sqrt(powerOf(differences(differences(first, joints), joints)) / velocity)
      : Number.NaN,
    pathEfficiency(scaled, first, joints),
    frozenShare(scaled, joints),
    lagOf(first, episode, spreads),
  ];
}

function differences(path: Float64Array, width: number): Float64Array {
  const found = new Float64Array(Math.max(0, path.length - width));
  for (let index = 0; index < found.length; index++)
    found[index] = (path[index + width] ?? 0) - (path[index] ?? 0);
  return found;
}

/** Mean square. */
const powerOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length);

/** What a mean of three frames takes off the velocity. */
function roughPower(velocity: Float64Array, width: number): number {
  let sum = 0;
  for (let index = width; index < velocity.length - width; index++) {
    const smooth =
      ((velocity[index - width] ?? 0) + (velocity[index] ?? 0) + (velocity[index + width] ?? 0)) / 3;
    sum += ((velocity[index] ?? 0) - smooth) ** 2;
  }
  return sum / Math.max(1, velocity.length - 2 * width);
}

/** The way from the first frame to the last, as a part of the way that was gone. */
function pathEfficiency(path: Float64Array, velocity: Float64Array, width: number): number {
  let straight = 0;
  for (let joint = 0; joint < width; joint++)
    straight += ((path[path.length - width + joint] ?? 0) - (path[joint] ?? 0)) ** 2;
  const gone = speedOf(velocity, width).reduce((sum, speed) => sum + speed, 0);
  return gone > 0 ? Math.sqrt(straight) / gone : Number.NaN;
}

function frozenShare(path: Float64Array, width: number): number {
  let frozen = 0;
  for (let joint = 0; joint < width; joint++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let index = joint; index < path.length; index += width) {
      least = Math.min(least, path[index] ?? 0);
      most = Math.max(most, path[index] ?? 0);
    }
    if (most - least < STILL) frozen++;
  }
  return frozen / width;
}

/** Length of the step at each frame. */
function speedOf(velocity: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: velocity.length / width }, (_, frame) => {
    let sum = 0;
    for (let joint = 0; joint < width; joint++) sum += (velocity[frame * width + joint] ?? 0) ** 2;
    return Math.sqrt(sum);
  });
}

/**
 * Frames by which the actions' motion runs ahead of the states', where they go together most: joint by joint where
 * both have as many numbers, else by their speeds. NaN where there are no states, or too few frames.
 */
function lagOf(velocity: Float64Array, { states, frames }: Episode, spreads: Float64Array): number {
  const joints = spreads.length;
  const width = states.length / frames;
  if (width === 0 || frames < 3 * MOST_LAG) return Number.NaN;
  if (width !== joints)
    return bestLag(speedOf(velocity, joints), speedOf(differences(states, width), width), 1);
  const scaled = states.map((value, index) => value / (spreads[index % joints] || 1));
  return bestLag(velocity, differences(scaled, joints), joints);
}

function bestLag(action: Float64Array, state: Float64Array, width: number): number {
  let [best, most] = [Number.NaN, Number.NEGATIVE_INFINITY];
  for (let lag = -MOST_LAG; lag <= MOST_LAG; lag++) {
    const together = cosineAt(action, state, lag * width);
    if (together > most) [best, most] = [lag, together];
  }
  return best;
}

function cosineAt(action: Float64Array, state: Float64Array, shift: number): number {
  let [aa, ss, as] = [0, 0, 0];
  const length = Math.min(action.length, state.length);
  for (let index = Math.max(0, -shift); index < length - Math.max(0, shift); index++) {
    const x = action[index] ?? 0;
    const y = state[index + shift] ?? 0;
    aa += x * x;
    ss += y * y;
    as += x * y;
  }
  return aa > 0 && ss > 0 ? as / Math.sqrt(aa * ss) : 0;
}
