import { quantileOf } from "../harm/channelOf.ts";
import type { Trial } from "./trial.ts";

/** Median and middle 90 % of what the pairs said. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function intervalOf(pairs: readonly number[]): Interval {
  const sorted = Float64Array.from(pairs).sort();
  return { value: quantileOf(sorted, 0.5), low: quantileOf(sorted, 0.05), high: quantileOf(sorted, 0.95) };
}

/**
 * Of each action the one trial that is offered, by its place. Real rows cost something: of their shares the least
 * whose whole interval lies below the margin, else the one that leaves the least harm; of other parameters that one.
 */
export function chooseTrials(
  trials: readonly Trial[],
  harm: readonly (readonly number[])[],
): readonly number[] {
  const after = harm.map(intervalOf);
  const places = trials.map((_, place) => place).filter((place) => trials[place]?.action !== null);
  return [...Map.groupBy(places, (place) => trials[place]?.action).values()].flatMap((ofAction) => {
    const isEnough = (place: number): boolean => (after[place]?.high ?? Number.POSITIVE_INFINITY) < 1;
    const enough = ofAction.find((place) => trials[place]?.action === "mix_real" && isEnough(place));
    if (enough !== undefined) return [enough];
    const harmOf = (place: number): number => after[place]?.value ?? Number.POSITIVE_INFINITY;
    return ofAction.length === 0
      ? []
      : [ofAction.reduce((best, place) => (harmOf(place) < harmOf(best) ? place : best))];
  });
}
