import type { Copies, HarmChannel } from "../contracts/harm.ts";
import { channelOf, unknownChannel } from "../harm/channelOf.ts";
import { seededRandom, shuffledIndices } from "../numerics/random.ts";
import { type Documents, isSecondHalf } from "./documents.ts";
import { allPlaces, documentDrawer, type Span, tokensOf } from "./drawDocuments.ts";
import { numberGrams } from "./numberGrams.ts";
import { purgeDocuments } from "./purgeDocuments.ts";
import {
  countTrigrams,
  type Judged,
  type NumberedDocuments,
  type Priors,
  surprisal,
  type TrigramCounts,
} from "./trigramModel.ts";

const MEAN_MARGIN = Math.log(1.1);
const TAIL_MARGIN = Math.log(1.3);
const MOST_LOG_RATIO = Math.log(4);
const MOST_TRAINED = 100_000;
const MOST_TESTED = 50_000;
const LEAST_TRAINED = 2_000;
const TAIL_SHARE = 0.1;
const LEAST_TAIL_WORDS = 400;
const PRIORS = [0.5, 2, 8, 32, 128];

/** What training on the candidate's documents costs a language model. */
export interface TextHarm {
  readonly channels: readonly HarmChannel[];
  readonly copies: Copies;
  readonly trainedDocuments: number;
  readonly testedDocuments: number;
}

/** Documents with their numbered runs. */
interface Numbered extends NumberedDocuments {
  readonly documents: Documents;
}

/** How surprised two models are on average, in nats per word: by all words, and by rare ones. */
interface Surprise {
  readonly all: number;
  readonly tail: number;
}

/**
 * Perplexity on unseen real documents of a trigram model that learned the candidate, over that of one that learned
 * as many real words: on all words (`mean`) and on the rarest tenth of those that real training can know (`tail`).
 * Half of the reference trains, half judges; pairs of real halves are the null. Intervals are twice as wide as the
 * pairs say, for a trigram model is no model that anybody trains.
 */
export function measureTextHarm(
  texts: { readonly reference: Documents; readonly candidate: Documents },
  options: { readonly seed: number; readonly pairs: number },
): TextHarm {
  const { reference, candidate } = texts;
  const split = splitDocuments(reference, candidate, options.seed);
  const purged = purgeDocuments(reference, candidate, split);
  const copies = {
    ofCandidate: split.candidate.length - purged.candidate.length,
    ofReference: split.train.length - purged.train.length,
  };
  const budget = Math.min(
    tokensOf(candidate, purged.candidate),
    Math.floor(tokensOf(reference, purged.train) / 2),
    MOST_TRAINED,
  );
  const done = { copies, testedDocuments: split.test.length };
  if (budget < LEAST_TRAINED) return { ...done, channels: unknownChannels(), trainedDocuments: 0 };
  const pairs = comparePairs(texts, split.test, purged, budget, options);
  return { ...done, ...pairs };
}

const unknownChannels = (): HarmChannel[] => [
  unknownChannel("predictive", "mean", MEAN_MARGIN, MOST_LOG_RATIO),
  unknownChannel("predictive", "tail", TAIL_MARGIN, MOST_LOG_RATIO),
];

/** By the hash of groups, and so copies of a document stay on one side; of the judging half as many as are judged. */
function splitDocuments(reference: Documents, candidate: Documents, seed: number) {
  const places = allPlaces(reference);
  const isTest = (place: number): boolean => isSecondHalf(reference.groups[place] ?? 0);
  const second = places.filter(isTest);
  const order = shuffledIndices(second.length, seededRandom(seed, "judging documents"));
  const test: number[] = [];
  let tokens = 0;
  for (const index of order) {
    if (tokens >= MOST_TESTED) break;
    const place = second[index] ?? 0;
    test.push(place);
    tokens += (reference.starts[place + 1] ?? 0) - (reference.starts[place] ?? 0);
  }
  return {
    train: places.filter((place) => !isTest(place)),
    test: Uint32Array.from(test).sort(),
    candidate: allPlaces(candidate),
  };
}

function comparePairs(
  texts: { readonly reference: Documents; readonly candidate: Documents },
  test: Uint32Array,
  purged: { readonly train: Uint32Array; readonly candidate: Uint32Array },
  budget: number,
  options: { readonly seed: number; readonly pairs: number },
): Pick<TextHarm, "channels" | "trainedDocuments"> {
  const grams = numberGrams(documentsAt(texts.reference, test));
  const numbered = (documents: Documents): Numbered => ({ documents, grams: grams.number(documents) });
  const real = numbered(texts.reference);
  const other = numbered(texts.candidate);
  const counted = (of: Numbered, spans: readonly Span[]): TrigramCounts => countTrigrams(of, grams.sizes, spans);
  const spansOf = (places: Uint32Array): readonly Span[] => spansAt(texts.reference, places);
  const judged = judgedWords(texts.reference, test);
  const tail = rarestWords(judged, real, counted(real, spansOf(purged.train)));
  const types = (grams.sizes[0] ?? 1) + 1;
  const random = seededRandom(options.seed, "text pairs");
  const drawReal = documentDrawer(texts.reference, purged.train, random);
  const drawCandidate = documentDrawer(texts.candidate, purged.candidate, random);
  const sides = Array.from({ length: options.pairs }, () => {
    const [left = [], right = []] = drawReal.draw([budget, budget]);
    return { left, right, candidate: drawCandidate.draw([budget])[0] ?? [] };
  });
  const first = counted(real, sides[0]?.left ?? []);
  const priors = choosePriors((some, into) => surprisal(first, real, judged, types, some, into), judged);
  const nats = new Float64Array(judged.places.length);
  const surpriseOf = (model: TrigramCounts): Surprise => {
    surprisal(model, real, judged, types, priors, nats);
    return { all: meanOf(nats, null), tail: meanOf(nats, tail) };
  };
  const compared = sides.map(({ left, right, candidate }) => ({
    left: surpriseOf(counted(real, left)),
    right: surpriseOf(counted(real, right)),
    candidate: surpriseOf(counted(other, candidate)),
  }));
  const documentsASide = Math.round(compared.length === 0 ? 0 : (sides[0]?.left.length ?? 0));
  const channel = (name: "mean" | "tail", margin: number, read: (one: Surprise) => number): HarmChannel => {
    const differences = compared.map(({ left, right }) => read(right) - read(left));
    return doubled(
      channelOf({
        purpose: "predictive",
        channel: name,
        subject: null,
        margin,
        trainedRows: documentsASide,
        leastRows: name === "tail" && tail.length < LEAST_TAIL_WORDS ? documentsASide + 1 : 1,
        null: [...differences, ...differences.map((difference) => -difference)],
        candidate: compared.map(({ left, candidate }) => read(candidate) - read(left)),
      }),
    );
  };
  return {
    channels: [
      channel("mean", MEAN_MARGIN, ({ all }) => all),
      channel("tail", TAIL_MARGIN, ({ tail: rare }) => rare),
    ],
    trainedDocuments: documentsASide,
  };
}

/** A measured proxy alone decides nothing so surely: its interval counts twice. */
export function doubled(channel: HarmChannel): HarmChannel {
  const { value, low, high } = channel;
  return { ...channel, low: value - 2 * (value - low), high: value + 2 * (high - value) };
}

function documentsAt(documents: Documents, places: Uint32Array): Documents {
  const starts = new Uint32Array(places.length + 1);
  places.forEach((place, index) => {
    starts[index + 1] =
      (starts[index] ?? 0) + (documents.starts[place + 1] ?? 0) - (documents.starts[place] ?? 0);
  });
  const words = new Uint32Array(starts[places.length] ?? 0);
  places.forEach((place, index) => {
    words.set(documents.words.subarray(documents.starts[place] ?? 0, documents.starts[place + 1] ?? 0), starts[index]);
  });
  return { count: places.length, starts, words, groups: places };
}

const spansAt = ({ starts }: Documents, places: Uint32Array): readonly Span[] =>
  Array.from(places, (place) => ({ from: starts[place] ?? 0, to: starts[place + 1] ?? 0 }));

function judgedWords(documents: Documents, test: Uint32Array): Judged {
  const length = tokensOf(documents, test);
  const places = new Uint32Array(length);
  const before = new Uint8Array(length);
  let index = 0;
  for (const { from, to } of spansAt(documents, test))
    for (let at = from; at < to; at++) {
      places[index] = at;
      before[index++] = Math.min(2, at - from);
    }
  return { places, before };
}

/** Of the judged words that training documents have: the tenth that they have least often. */
function rarestWords({ places }: Judged, { grams }: NumberedDocuments, { counts }: TrigramCounts): Uint32Array {
  const countAt = (index: number): number => counts[0]?.[grams[0]?.[places[index] ?? 0] ?? 0] ?? 0;
  const known = Uint32Array.from({ length: places.length }, (_, index) => index).filter((index) => countAt(index) > 0);
  return known.sort((a, b) => countAt(a) - countAt(b) || a - b).slice(0, Math.floor(TAIL_SHARE * known.length));
}

/** The priors by which real training is least surprised, the same for all models. */
function choosePriors(
  surprise: (priors: Priors, into: Float64Array) => void,
  { places }: Judged,
): Priors {
  const nats = new Float64Array(places.length);
  let best: Priors = { pair: 8, triple: 8 };
  let least = Number.POSITIVE_INFINITY;
  for (const pair of PRIORS)
    for (const triple of PRIORS) {
      surprise({ pair, triple }, nats);
      const mean = meanOf(nats, null);
      if (mean < least) [least, best] = [mean, { pair, triple }];
    }
  return best;
}

function meanOf(values: Float64Array, chosen: Uint32Array | null): number {
  let sum = 0;
  if (chosen === null) for (const value of values) sum += value;
  else for (const index of chosen) sum += values[index] ?? 0;
  return sum / Math.max(1, chosen === null ? values.length : chosen.length);
}
