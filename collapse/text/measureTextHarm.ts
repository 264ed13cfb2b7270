import type { Copies, HarmChannel } from "../contracts/harm.ts";
import { channelOf, unknownChannel } from "../harm/channelOf.ts";
import { doubled } from "../harm/doubled.ts";
import { type Compared, compareModels } from "./compareModels.ts";
import type { Documents } from "./documents.ts";
import type { Surprise } from "./judgeModels.ts";

const MEAN_MARGIN = Math.log(1.1);
const TAIL_MARGIN = Math.log(1.3);
const MOST_LOG_RATIO = Math.log(4);
const LEAST_TAIL_WORDS = 400;
/** Whoever knows half as many again of the judging documents' rare couples as real words do has seen them. */
const SEEN_FROM = Math.log(1.5);
const BETTER_FROM = 0.05;
const SEEN_SDS = 3;

/** What training on the candidate's documents costs a language model. */
export interface TextHarm {
  readonly channels: readonly HarmChannel[];
  readonly copies: Copies;
  readonly trainedDocuments: number;
  /** Whether whoever wrote the candidate knew the reference's documents. */
  readonly hasSeen: boolean;
}

/**
 * Perplexity on unseen real documents of a trigram model that learned the candidate, over that of one that learned
 * as many real words: on all words (`mean`), and on the rarest tenth of those that real training can know (`tail`).
 * Either half of the reference trains while the other judges; a pair's value is the mean of both. Real training
 * against real training is the null. Where the candidate's writer has seen the judging documents no channel counts: it
 * knows them better than it will know any text to come, and how much better nobody can tell.
 */
export function measureTextHarm(
  texts: { readonly reference: Documents; readonly candidate: Documents },
  options: { readonly seed: number; readonly pairs: number },
): TextHarm {
  const folds = ([0, 1] as const).flatMap((fold) => compareModels(texts, { ...options, fold }) ?? []);
  const [first] = folds;
  if (!first)
    return {
      channels: unknownChannels(),
      copies: { ofCandidate: 0, ofReference: 0 },
      trainedDocuments: 0,
      hasSeen: false,
    };
  const hasSeen = knowsTooMuch(folds);
  return {
    channels: [
      channelFor("mean", MEAN_MARGIN, folds, hasSeen, ({ all }) => all),
      channelFor("tail", TAIL_MARGIN, folds, hasSeen, ({ tail }) => tail),
    ],
    copies: {
      ofCandidate: sumOf(folds.map(({ copies }) => copies.ofCandidate)),
      ofReference: sumOf(folds.map(({ copies }) => copies.ofReference)),
    },
    trainedDocuments: first.trainedDocuments,
    hasSeen,
  };
}

const unknownChannels = (): HarmChannel[] => [
  unknownChannel("predictive", "mean", MEAN_MARGIN, MOST_LOG_RATIO),
  unknownChannel("predictive", "tail", TAIL_MARGIN, MOST_LOG_RATIO),
];

function channelFor(
  channel: string,
  margin: number,
  folds: readonly Compared[],
  hasSeen: boolean,
  read: (surprise: Surprise) => number,
): HarmChannel {
  const [first] = folds;
  const pairs = first?.null.length ?? 0;
  const ofPair = (pair: number, of: (fold: Compared) => readonly Surprise[]): number =>
    sumOf(folds.map((fold) => read(of(fold)[pair] ?? { all: 0, tail: 0 }))) / folds.length;
  const both = (of: (fold: Compared) => readonly Surprise[]): number[] =>
    Array.from({ length: pairs }, (_, pair) => ofPair(pair, of));
  const nulls = both((fold) => fold.null);
  const isJudged = channel !== "tail" || folds.every(({ tailWords }) => tailWords >= LEAST_TAIL_WORDS);
  const trainedRows = first?.trainedDocuments ?? 0;
  const found = doubled(
    channelOf({
      purpose: "predictive",
      channel,
      subject: null,
      margin,
      trainedRows,
      leastRows: isJudged ? 1 : trainedRows + 1,
      // Neither of two real sides is the better one: both directions count.
      null: [...nulls, ...nulls.map((value) => -value)],
      candidate: both((fold) => fold.candidate),
    }),
  );
  return hasSeen ? { ...found, eligible: false, rowsNeeded: null } : found;
}

/**
 * Whether the candidate knows more of the judging documents than other real words do (by half as much again, and by
 * three deviations), or teaches a model more of them (5 % less perplexity, and three deviations).
 */
function knowsTooMuch(folds: readonly Compared[]): boolean {
  const known = folds.flatMap(({ candidateKnown }) => candidateKnown);
  const nulls = folds.flatMap(({ nullKnown }) => nullKnown);
  const better = folds.flatMap(({ candidate }) => candidate.map(({ all }) => -all));
  const differences = folds.flatMap((fold) => fold.null.map(({ all }) => all));
  return (
    meanOf(known) > Math.max(SEEN_FROM, SEEN_SDS * rootMeanSquare(nulls)) ||
    meanOf(better) > Math.max(BETTER_FROM, SEEN_SDS * rootMeanSquare(differences))
  );
}

const meanOf = (values: readonly number[]): number => sumOf(values) / Math.max(1, values.length);
const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(meanOf(values.map((value) => value ** 2)));
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
