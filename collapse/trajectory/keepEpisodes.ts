import type { Block } from "../contracts/columns.ts";
import { stringHash } from "../encode/rowHash.ts";
import { readChannel, type TrajectoryChannels } from "./trajectoryChannels.ts";

/** One episode, frame by frame. */
export interface Episode {
  readonly hash: number;
  readonly frames: number;
  /** frames × the table's state channels, and × its action channels. */
  readonly states: Float64Array;
  readonly actions: Float64Array;
  /** Frames per second; NaN where there is no time. */
  readonly rate: number;
}

/** Numbers kept of a table at most: 64 MB. */
const MOST_NUMBERS = 8_000_000;
const MOST_FRAMES_OF_ONE = 20_000;

interface Growing {
  readonly hash: number;
  frames: number;
  numbers: Float64Array;
  readonly times: number[];
}

/**
 * Collects the episodes of a table, frames in their order; where they are more than memory is for, those with the
 * least hashes of their names. A frame that lacks a number takes the frame's before it.
 */
export async function keepEpisodes(
  blocks: AsyncIterable<Block>,
  channels: TrajectoryChannels,
  seed: number,
): Promise<readonly Episode[]> {
  const width = channels.state.length + channels.action.length;
  const kept = new Map<string, Growing>();
  let below = 2 ** 32;
  let numbers = 0;
  for await (const block of blocks) {
    const columns = [...channels.state, ...channels.action].map((channel) => readChannel(block, channel));
    const times = block.columns[channels.time] ?? null;
    for (let row = 0; row < block.rows; row++) {
      const name = block.groups?.[row] ?? "";
      let episode = kept.get(name);
      if (!episode) {
        const hash = stringHash(name, seed ^ 0x5bd1e995);
        if (hash >= below) continue;
        episode = { hash, frames: 0, numbers: new Float64Array(256 * width), times: [] };
        kept.set(name, episode);
      }
      if (episode.frames >= MOST_FRAMES_OF_ONE) continue;
      append(episode, columns, row);
      if (times instanceof Float64Array) episode.times.push(times[row] ?? Number.NaN);
      numbers += width;
      while (numbers > MOST_NUMBERS && kept.size > 1) {
        below /= 2;
        for (const [other, { hash, frames }] of kept)
          if (hash >= below) {
            kept.delete(other);
            numbers -= frames * width;
          }
      }
    }
  }
  return [...kept.values()].sort((a, b) => a.hash - b.hash).map((episode) => finished(episode, channels));
}

function append(episode: Growing, columns: readonly Float64Array[], row: number): void {
  const width = columns.length;
  const at = episode.frames * width;
  if (at + width > episode.numbers.length) {
    const grown = new Float64Array(2 * episode.numbers.length);
    grown.set(episode.numbers);
    episode.numbers = grown;
  }
  columns.forEach((column, index) => {
    const value = column[row] ?? Number.NaN;
    const before = episode.frames > 0 ? (episode.numbers[at - width + index] ?? 0) : 0;
    episode.numbers[at + index] = Number.isFinite(value) ? value : before;
  });
  episode.frames++;
}

function finished({ hash, frames, numbers, times }: Growing, { state, action }: TrajectoryChannels): Episode {
  const width = state.length + action.length;
  const part = (from: number, size: number): Float64Array => {
    const values = new Float64Array(frames * size);
    for (let frame = 0; frame < frames; frame++)
      values.set(numbers.subarray(frame * width + from, frame * width + from + size), frame * size);
    return values;
  };
  return {
    hash,
    frames,
    states: part(0, state.length),
    actions: part(state.length, action.length),
    rate: rateOf(times),
  };
}

/** From the median step of time; NaN without one. */
function rateOf(times: readonly number[]): number {
  const steps = times.flatMap((time, index) => {
    const step = time - (times[index - 1] ?? Number.NaN);
    return step > 0 && Number.isFinite(step) ? [step] : [];
  });
  const median = Float64Array.from(steps).sort()[steps.length >> 1];
  return median === undefined ? Number.NaN : 1 / median;
}
