import { expect, test } from "vitest";
import { describeEpisode, EPISODE_NUMBERS } from "./describeEpisode.ts";
import { actionSpreads } from "./episodeGrams.ts";
import type { Episode } from "./keepEpisodes.ts";
import { pathDistances } from "./pathDistances.ts";
import { resampled } from "./resample.ts";
import { reachingEpisodes, smoothed } from "./testEpisodes.ts";

const episodes = reachingEpisodes(12, 1);
const spreads = actionSpreads(episodes);
const [first] = episodes;
if (!first) throw new Error("no episodes");

const numberOf = (episode: Episode, name: (typeof EPISODE_NUMBERS)[number]): number =>
  describeEpisode(episode, spreads)[EPISODE_NUMBERS.indexOf(name)] ?? Number.NaN;

test("smoothed motion has less of high frequencies, and less jerk", () => {
  const smooth = smoothed(first, 4);
  expect(numberOf(smooth, "high-frequency share")).toBeLessThan(
    0.2 * numberOf(first, "high-frequency share"),
  );
  expect(numberOf(smooth, "jerk over velocity")).toBeLessThan(0.5 * numberOf(first, "jerk over velocity"));
});

test("joints that stand still are counted", () => {
  const still = { ...first, actions: first.actions.map((value, at) => (at % 3 === 1 ? 0.4 : value)) };
  expect(numberOf(first, "frozen joints")).toBe(0);
  expect(numberOf(still, "frozen joints")).toBeCloseTo(1 / 3, 12);
});

test("the frames by which actions run ahead of states are found, with as many numbers and with others", () => {
  expect(numberOf(first, "action before state")).toBe(2);
  const fewer = first.states.filter((_, at) => at % 3 === 0);
  expect(numberOf({ ...first, states: fewer }, "action before state")).toBe(2);
});

test("a straight way is efficient, and an episode of few frames has no numbers", () => {
  const actions = Float64Array.from({ length: 60 }, (_, at) => Math.floor(at / 3));
  expect(numberOf({ ...first, frames: 20, actions }, "path efficiency")).toBeCloseTo(1, 12);
  expect(
    describeEpisode({ ...first, frames: 3, actions: actions.subarray(0, 9) }, spreads).every(Number.isNaN),
  ).toBe(true);
});

test("an episode at another rate is brought to the asked one, and one at that rate is left", () => {
  const slow = resampled(first, 15);
  expect(slow.frames).toBe(Math.floor((first.frames - 1) / 2) + 1);
  expect([...slow.actions.subarray(3, 6)]).toEqual([...first.actions.subarray(6, 9)]);
  expect(resampled(first, 30)).toBe(first);
  expect(resampled({ ...first, rate: Number.NaN }, 15).frames).toBe(first.frames);
});

test("repeated episodes lie on each other, and those nearer to their mean vary less", () => {
  const repeated = pathDistances([first, first, first], spreads);
  const all = Uint32Array.from([0, 1, 2]);
  expect([repeated.nearest(all), repeated.variance(all)]).toEqual([0, 0]);
  const halved = episodes.map((episode) => ({
    ...episode,
    actions: episode.actions.map((value) => value / 2),
  }));
  const chosen = Uint32Array.from(episodes.keys());
  const ratio =
    pathDistances(halved, spreads).variance(chosen) / pathDistances(episodes, spreads).variance(chosen);
  expect(ratio).toBeCloseTo(0.25, 12);
});
