import type { Frame, RowSample, Summary } from "../contracts/aggregates.ts";
import type { HarmChannel, HarmResult } from "../contracts/harm.ts";
import type { Provider } from "../networks/session.ts";
import type { Lanes } from "../parallel/openLanes.ts";
import { runJobs } from "../parallel/runJobs.ts";
import { channelOf, unknownChannel } from "./channelOf.ts";
import { clampEncoded } from "./clampEncoded.ts";
import { drawSides } from "./drawSides.ts";
import { type HarmJob, type HarmPart, runHarmJob } from "./harmJobs.ts";
import { networkChannel } from "./measureNetwork.ts";
import { joinPrediction, type PredictionPlan, planPrediction } from "./measurePrediction.ts";
import type { Nats } from "./measureTree.ts";
import { predictiveChannels } from "./predictiveChannels.ts";
import { type Purged, purgeCopies } from "./purgeCopies.ts";
import { splitRows } from "./splitRows.ts";

const NATS_MARGIN = 0.05;
/** Nats a column that nobody can rule out where nothing could be measured. */
const MOST_NATS = 1;

export interface HarmOptions {
  readonly seed: number;
  /** Pairs of sides, of real rows against real rows and of the candidate against real rows. */
  readonly pairs: number;
  readonly target: string | null;
}

/** The last of the cascade: networks, trained where what is quicker decides nothing. */
export interface NetworkOptions {
  readonly provider: Provider;
  /** Whether these channels leave the prediction's verdict open. */
  readonly isUndecided: (channels: readonly HarmChannel[]) => boolean;
}

/**
 * What a model loses by training on the candidate instead of as many real rows, measured by models that are quick to
 * train: for prediction a ridge regression of random features, for generation a tree of variables and a discriminator.
 * Half of the reference's buckets train, the others judge; copies of judging rows are set aside on both sides. Channels
 * that the rows cannot resolve come back as not eligible.
 * @testOnly Without threads, as `measureHarmInLanes` does without lanes.
 */
export function measureHarm(
  reference: Summary,
  candidate: Summary,
  frame: Frame,
  options: HarmOptions,
): HarmResult {
  const plan = planHarm(reference, candidate, frame, options);
  return resultOf(plan, plan.jobs.map(runHarmJob));
}

/**
 * The same, each part on whichever lane is free: the same bytes. With `network`, networks are trained too where the
 * other channels decide nothing.
 */
export async function measureHarmInLanes(
  lanes: Lanes | null,
  tables: { readonly reference: Summary; readonly candidate: Summary },
  frame: Frame,
  options: HarmOptions & { readonly network?: NetworkOptions | null },
): Promise<HarmResult> {
  const run = (jobs: readonly HarmJob[]) => runJobs(lanes, "measureHarm", jobs, runHarmJob);
  const plan = planHarm(tables.reference, tables.candidate, frame, options);
  const parts = await run(plan.jobs);
  const result = resultOf(plan, parts);
  if (!options.network?.isUndecided(result.channels)) return result;
  const ofNetworks = await run(networkJobs(plan, parts, options.network.provider));
  const channel = networkChannel(
    ofNetworks.flatMap(({ network }) => network ?? []),
    plan.trainedRows,
  );
  return channel === null ? result : { ...result, channels: [...result.channels, channel] };
}

/** A job for each task that has a target which ridge regressions of real rows predict. */
function networkJobs({ jobs }: HarmPlan, parts: readonly HarmPart[], provider: Provider): readonly HarmJob[] {
  return jobs.flatMap((job, index): HarmJob[] => {
    const targetNames = (parts[index]?.targets ?? []).map(({ name }) => name);
    return job.kind === "task" && targetNames.length > 0
      ? [{ ...job, kind: "network", targetNames, provider }]
      : [];
  });
}

/** What is measured, part by part: prediction's tasks, the tree, the discriminator. */
interface HarmPlan {
  readonly jobs: readonly HarmJob[];
  readonly prediction: PredictionPlan;
  readonly purged: Purged;
  readonly trainedRows: number;
}

function planHarm(reference: Summary, candidate: Summary, frame: Frame, options: HarmOptions): HarmPlan {
  const samples = { reference: clampEncoded(reference.sample), candidate: clampEncoded(candidate.sample) };
  const split = splitRows(samples.reference, samples.candidate);
  const purged = purgeCopies(samples.reference, samples.candidate, frame.encoding.width, split);
  const { rows } = purged;
  const draws = drawSides(samples, rows, options);
  const tables = { reference: modeled(samples.reference), candidate: modeled(samples.candidate), frame };
  const prediction = planPrediction(tables, rows, draws, options);
  const jobs: readonly HarmJob[] = [
    { kind: "discriminator", tables, draws, seed: options.seed },
    ...prediction.jobs.map((job) => ({ kind: "task" as const, ...job })),
    { kind: "tree", tables, rows, draws },
  ];
  return { jobs, prediction, purged, trainedRows: draws.trainedRows };
}

/** What models read of a sample: what no model reads need not go from thread to thread. */
const modeled = (sample: RowSample): RowSample => ({
  ...sample,
  index: NOTHING,
  digest: NOTHING,
  values: [],
});
const NOTHING = new Float64Array(0);

function resultOf({ prediction, purged, trainedRows }: HarmPlan, parts: readonly HarmPart[]): HarmResult {
  const [discriminator, ...tasks] = parts;
  const tree = tasks.pop();
  const predicted = joinPrediction(
    prediction,
    tasks.map(({ targets }) => targets),
  );
  return {
    channels: [
      ...predictiveChannels(predicted, trainedRows),
      natsChannel("tree_nats", tree?.nats ?? null, trainedRows),
      natsChannel("discriminator_nats", discriminator?.nats ?? null, trainedRows),
    ],
    copies: { ofCandidate: purged.ofCandidate, ofReference: purged.ofReference },
    trainedRows,
    testedRows: purged.rows.test.length,
  };
}

function natsChannel(channel: string, nats: Nats | null, trainedRows: number): HarmChannel {
  if (!nats || nats.candidate.length === 0)
    return unknownChannel("generative", channel, NATS_MARGIN, MOST_NATS);
  return channelOf({
    purpose: "generative",
    channel,
    subject: null,
    margin: NATS_MARGIN,
    trainedRows,
    ...nats,
  });
}
