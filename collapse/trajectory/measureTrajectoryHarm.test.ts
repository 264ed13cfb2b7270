import { expect, test } from "vitest";
import { actionSpreads, trajectoryTask } from "./episodeGrams.ts";
import type { Episode } from "./keepEpisodes.ts";
import { measureEpisodes } from "./measureEpisodes.ts";
import { measureTrajectoryHarm } from "./measureTrajectoryHarm.ts";
import { reachingEpisodes, smoothed } from "./testEpisodes.ts";

const reference = reachingEpisodes(160, 1);
const fresh = reachingEpisodes(160, 2);
const task = trajectoryTask(reference);

const harmOf = (candidate: readonly Episode[]) =>
  measureTrajectoryHarm({ reference, candidate }, task, { seed: 1, pairs: 6 }).channels[0];

test("fresh episodes of the same task cost a controller nothing", () => {
  const mean = harmOf(fresh);
  expect(mean?.eligible).toBe(true);
  expect(mean?.high).toBeLessThan(mean?.margin ?? 0);
});

test("episodes whose actions say nothing of what comes next cost it more than the margin", () => {
  const mean = harmOf(fresh.map((episode) => ({ ...episode, actions: episode.actions.toReversed() })));
  expect(mean?.low).toBeGreaterThan(mean?.margin ?? 0);
});

test("too few frames say nothing", () => {
  expect(harmOf(fresh.slice(0, 3))?.eligible).toBe(false);
});

test("smoothing and repeated episodes lie far outside of what real episodes show against real ones", () => {
  const spreads = actionSpreads(reference);
  const shown = (candidate: readonly Episode[], metric: string, subject: string | null) => {
    const draws = measureEpisodes({ reference, candidate }, spreads, { nulls: 40, candidates: 3 }, 1);
    const key = draws.keys.findIndex((one) => one.metric === metric && one.subject === subject);
    const column = (values: Float64Array) => values.filter((_, at) => at % draws.keys.length === key);
    return { null: Math.min(...column(draws.nulls)), candidate: Math.max(...column(draws.candidates)) };
  };
  const smooth = shown(
    fresh.map((episode) => smoothed(episode, 4)),
    "episode_shift",
    "episode: jerk over velocity",
  );
  expect(smooth.candidate).toBeLessThan(smooth.null);
  const three = Array.from({ length: 160 }, (_, index) => fresh[index % 3] ?? reference[0]).flatMap(
    (one) => one ?? [],
  );
  const repeated = shown(three, "nearest_episode", null);
  expect(repeated.candidate).toBeLessThan(repeated.null);
});
