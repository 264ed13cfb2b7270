import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { HarmChannel, HarmResult } from "../contracts/harm.ts";
import { channelOf, unknownChannel } from "./channelOf.ts";
import { clampEncoded } from "./clampEncoded.ts";
import { drawSides } from "./drawSides.ts";
import { measureDiscriminator } from "./measureDiscriminator.ts";
import { measurePrediction } from "./measurePrediction.ts";
import { measureTree, type Nats } from "./measureTree.ts";
import { predictiveChannels } from "./predictiveChannels.ts";
import { purgeCopies } from "./purgeCopies.ts";
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

/**
 * What a model loses by training on the candidate instead of as many real rows, measured by models that are quick to
 * train: for prediction a ridge regression of random features, for generation a tree of variables and a discriminator.
 * Half of the reference's buckets train, the others judge; copies of judging rows are set aside on both sides. Channels
 * that the rows cannot resolve come back as not eligible.
 */
export function measureHarm(
  reference: Summary,
  candidate: Summary,
  frame: Frame,
  options: HarmOptions,
): HarmResult {
  const samples = { reference: clampEncoded(reference.sample), candidate: clampEncoded(candidate.sample) };
  const split = splitRows(samples.reference, samples.candidate);
  const { width } = frame.encoding;
  const { rows, ofCandidate, ofReference } = purgeCopies(samples.reference, samples.candidate, width, split);
  const draws = drawSides(samples, rows, options);
  const tables = { ...samples, frame };
  const { trainedRows } = draws;
  return {
    channels: [
      ...predictiveChannels(measurePrediction(tables, rows, draws, options), trainedRows),
      natsChannel("tree_nats", measureTree(tables, rows, draws), trainedRows),
      natsChannel("discriminator_nats", measureDiscriminator(tables, draws, options.seed), trainedRows),
    ],
    copies: { ofCandidate, ofReference },
    trainedRows,
    testedRows: rows.test.length,
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
