import type { Episode } from "./keepEpisodes.ts";
import { resampledPath } from "./resample.ts";

/** Points that an episode's path is brought to. */
const POINTS = 32;

/** How far the paths of some episodes are apart. */
export interface PathDistances {
  /** Mean squared distance of the chosen episodes from their mean path, of a point and joint. */
  variance(chosen: Uint32Array): number;
  /** Median distance of the chosen episodes to the nearest other one of them; NaN of fewer than two. */
  nearest(chosen: Uint32Array): number;
}

/** Paths of actions in the reference's standard deviations, each at 32 places from its beginning to its end. */
export function pathDistances(episodes: readonly Episode[], spreads: Float64Array): PathDistances {
  const width = POINTS * spreads.length;
  const paths = episodes.map(({ actions, frames }) =>
    resampledPath(actions, frames, POINTS, (frames - 1) / (POINTS - 1)).map(
      (value, index) => value / (spreads[index % spreads.length] || 1),
    ),
  );
  const count = paths.length;
  const squared = new Float64Array(count * count);
  for (let a = 0; a < count; a++)
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let index = 0; index < width; index++)
        sum += ((paths[a]?.[index] ?? 0) - (paths[b]?.[index] ?? 0)) ** 2;
      squared[a * count + b] = sum / width;
      squared[b * count + a] = sum / width;
    }
  return {
    // The distances of all couples add up to those from the mean.
    variance: (chosen) => {
      let sum = 0;
      for (const a of chosen) for (const b of chosen) sum += squared[a * count + b] ?? 0;
      return chosen.length < 2 ? Number.NaN : sum / (2 * chosen.length * (chosen.length - 1));
    },
    nearest: (chosen) => {
      const nearest = Float64Array.from(chosen, (a) =>
        chosen.reduce(
          (least, b) => (a === b ? least : Math.min(least, squared[a * count + b] ?? 0)),
          Number.POSITIVE_INFINITY,
        ),
      ).sort();
      return nearest.length < 2 ? Number.NaN : Math.sqrt(nearest[nearest.length >> 1] ?? Number.NaN);
    },
  };
}
