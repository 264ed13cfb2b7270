import type { Episode } from "./keepEpisodes.ts";

/** Rates that differ by less are the same one. */
const SAME_RATE = 0.05;

/** The lower of the usual rates of two sets of episodes; NaN where one has none. */
export function commonRate(reference: readonly Episode[], candidate: readonly Episode[]): number {
  return Math.min(usualRate(reference), usualRate(candidate));
}

function usualRate(episodes: readonly Episode[]): number {
  const rates = Float64Array.from(episodes, ({ rate }) => rate)
    .filter(Number.isFinite)
    .sort();
  return rates[rates.length >> 1] ?? Number.NaN;
}

/** The episode at so many frames per second, linear between its frames: a slower clock alone makes motion look rougher. */
export function resampled(episode: Episode, rate: number): Episode {
  const ratio = episode.rate / rate;
  if (!Number.isFinite(ratio) || Math.abs(ratio - 1) < SAME_RATE || episode.frames < 2) return episode;
  const frames = Math.max(2, Math.floor((episode.frames - 1) / ratio) + 1);
  return {
    ...episode,
    frames,
    rate,
    states: resampledPath(episode.states, episode.frames, frames, ratio),
    actions: resampledPath(episode.actions, episode.frames, frames, ratio),
  };
}

/** A path at `points` places, one every `step` frames; linear between frames, the last frame beyond the end. */
export function resampledPath(
  path: Float64Array,
  frames: number,
  points: number,
  step: number,
): Float64Array {
  const width = path.length / Math.max(1, frames);
  const found = new Float64Array(points * width);
  for (let point = 0; point < points; point++) {
    const place = Math.min(point * step, frames - 1);
    const before = Math.floor(place);
    const after = Math.min(before + 1, frames - 1);
    const part = place - before;
    for (let channel = 0; channel < width; channel++)
      found[point * width + channel] =
        (1 - part) * (path[before * width + channel] ?? 0) + part * (path[after * width + channel] ?? 0);
  }
  return found;
}
