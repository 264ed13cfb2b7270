import type { TablePlan } from "../contracts/columns.ts";
import type { HarmChannel, HarmResult } from "../contracts/harm.ts";
import { doubled } from "../harm/doubled.ts";
import type { Judge, JudgedHarm } from "../viewOf.ts";
import { actionSpreads, trajectoryTask } from "./episodeGrams.ts";
import type { Episode } from "./keepEpisodes.ts";
import { measureEpisodes } from "./measureEpisodes.ts";
import { measureTrajectoryHarm } from "./measureTrajectoryHarm.ts";
import { commonRate, resampled } from "./resample.ts";
import type { TrajectoryChannels } from "./trajectoryChannels.ts";

const LEAST_EPISODES = 10;
const LEAST_FRAMES = 2_000;

/** Episodes: how they move, and what a controller loses by learning them. */
export function viewEpisodes(
  kept: { readonly reference: readonly Episode[]; readonly candidate: readonly Episode[] },
  seed: number,
): Judge {
  const rate = commonRate(kept.reference, kept.candidate);
  const episodes = {
    reference: kept.reference.map((episode) => resampled(episode, rate)),
    candidate: kept.candidate.map((episode) => resampled(episode, rate)),
  };
  const fewest = Math.min(episodes.reference.length, episodes.candidate.length);
  const spreads = actionSpreads(episodes.reference);
  return {
    unit: "episode",
    leastRows: fewest < LEAST_EPISODES ? Number.POSITIVE_INFINITY : LEAST_FRAMES,
    // The outermost edges are those of the reference's own episodes: any other episode may go beyond.
    doubted: ["constraint_violations"],
    drawMore: (counts) => [measureEpisodes(episodes, spreads, counts, seed)],
    judgeHarm: (ofTable, pairs) => judgeHarm(ofTable, episodes, { seed, pairs }),
    notes: [
      "The unit is the episode; evidence: proxy_only. The harm of prediction is that to a linear controller that says the next step of the action from state and motion, on episodes of the reference that it has not seen; that of generation is the table of the frames; intervals count twice.",
    ],
  };
}

function judgeHarm(
  ofTable: HarmResult,
  episodes: { readonly reference: readonly Episode[]; readonly candidate: readonly Episode[] },
  options: { readonly seed: number; readonly pairs: number },
): JudgedHarm {
  const task = trajectoryTask(episodes.reference);
  const { channels, trainedFrames, testedFrames } = measureTrajectoryHarm(episodes, task, options);
  const ofFrames = ofTable.channels.filter(({ purpose }: HarmChannel) => purpose === "generative");
  return {
    harm: {
      channels: [...channels, ...ofFrames].map(doubled),
      copies: ofTable.copies,
      trainedRows: trainedFrames,
      testedRows: testedFrames,
    },
    notes: [],
  };
}

/** A plan without the columns that only count frames: how long episodes are is measured of these. */
export function withoutCounters(plan: TablePlan, { counters }: TrajectoryChannels): TablePlan {
  const isCounter = new Set(counters);
  return {
    ...plan,
    columns: plan.columns.map((column, place) =>
      isCounter.has(place)
        ? { ...column, role: "ignore", because: `it counts frames; ${column.because}` }
        : column,
    ),
  };
}
