import { mixed } from "../numerics/random.ts";
import { compressedBits } from "./compressedBits.ts";
import { countOf, type Dictionary, logOpeningShare, logPair } from "./dictionary.ts";
import { seenTable } from "./seenTable.ts";
import { pairHash, runHash } from "./wordHash.ts";
import type { Document } from "./wordsOf.ts";

/** What a document is described by, as people read it. */
export const DOCUMENT_NUMBERS = [
  "log tokens",
  "different words in 100",
  "words that stand once in the reference",
  "words that the reference has not",
  "repeated runs of 4 words",
  "bits per character",
  "log probability by the reference",
  "spread of the log probability",
  "share of marks",
  "share of digits",
  "words per sentence",
  "how usual the opening is",
] as const;

/** Signed sums of hashed words and pairs: where a document lies among documents. */
export const DOCUMENT_AXES = 32;

const FIRST_WORDS = 100;
const RUN = 4;
const MOST_RUNS = 8_192;

const phrases = seenTable(16_384);
const runs = seenTable(4 * MOST_RUNS);
const grams = seenTable(65_536);

/**
 * Writes a document's 12 numbers, and `axes` more, into `into` from `offset` on; NaN where it has no words.
 * `dictionary` has learned reference documents, and never this one.
 */
export function describeDocument(
  document: Document,
  dictionary: Dictionary,
  axes: number,
  into: Float64Array,
  offset: number,
): void {
  const { words, plain, characters, marks, digits, sentences } = document;
  const tokens = words.length;
  if (tokens === 0) {
    into.fill(Number.NaN, offset, offset + DOCUMENT_NUMBERS.length + axes);
    return;
  }
  const { hapaxes, unseen } = knownShares(words, dictionary);
  const { mean, sd } = logProbabilities(words, dictionary);
  into.set(
    [
      Math.log(tokens),
      typeShare(words),
      hapaxes,
      unseen,
      repeatedRuns(words),
      compressedBits(plain, phrases),
      mean,
      sd,
      marks / characters,
      digits / characters,
      tokens / sentences,
      logOpeningShare(dictionary, words),
    ],
    offset,
  );
  writeAxes(words, axes, into, offset + DOCUMENT_NUMBERS.length);
}

/** Different words per word, of the first hundred. */
function typeShare(words: Uint32Array): number {
  const length = Math.min(FIRST_WORDS, words.length);
  grams.clear();
  for (let at = 0; at < length; at++) grams.add(words[at] ?? 0);
  return grams.size / length;
}

function knownShares(words: Uint32Array, dictionary: Dictionary): { hapaxes: number; unseen: number } {
  let [hapaxes, unseen] = [0, 0];
  for (let at = 0; at < words.length; at++) {
    const count = countOf(dictionary, words[at] ?? 0);
    if (count === 0) unseen++;
    else if (count === 1) hapaxes++;
  }
  return { hapaxes: hapaxes / words.length, unseen: unseen / words.length };
}

/** Share of the runs of four words that stood before in the document. */
function repeatedRuns(words: Uint32Array): number {
  const count = Math.min(MOST_RUNS, words.length - RUN + 1);
  if (count < 1) return 0;
  runs.clear();
  let repeated = 0;
  for (let at = 0; at < count; at++) if (!runs.add(runHash(words, at, at + RUN))) repeated++;
  return repeated / count;
}

/** Of a document of one word NaN. */
function logProbabilities(words: Uint32Array, dictionary: Dictionary): { mean: number; sd: number } {
  let [sum, squares] = [0, 0];
  const count = words.length - 1;
  for (let at = 1; at <= count; at++) {
    const log = logPair(dictionary, words[at - 1] ?? 0, words[at] ?? 0);
    sum += log;
    squares += log * log;
  }
  const mean = sum / count;
  return { mean, sd: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/** Each different word and pair adds 1 or −1 to one axis, by its hash (Weinberger and others 2009); then by the root of their number. */
function writeAxes(words: Uint32Array, axes: number, into: Float64Array, offset: number): void {
  into.fill(0, offset, offset + axes);
  if (axes === 0) return;
  grams.clear();
  for (let at = 0; at < words.length; at++) {
    addGram(words[at] ?? 0, axes, into, offset);
    if (at > 0) addGram(pairHash(words[at - 1] ?? 0, words[at] ?? 0), axes, into, offset);
  }
  const scale = 1 / Math.sqrt(grams.size);
  for (let axis = offset; axis < offset + axes; axis++) into[axis] = (into[axis] ?? 0) * scale;
}

function addGram(gram: number, axes: number, into: Float64Array, offset: number): void {
  if (!grams.add(gram)) return;
  const hash = mixed(gram ^ 0x5bd1e995);
  const axis = offset + ((hash >>> 1) % axes);
  into[axis] = (into[axis] ?? 0) + (hash & 1 ? 1 : -1);
}
