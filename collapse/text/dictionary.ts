import { pairHash, runHash } from "./wordHash.ts";
import type { Document } from "./wordsOf.ts";

const WORD_SLOTS = 2 ** 20;
const PAIR_SLOTS = 2 ** 21;
const OPENING_SLOTS = 2 ** 16;
/** Words at the beginning that make two documents begin alike. */
const OPENING_WORDS = 3;
/** How many rows of the whole a pair's context is worth (MacKay and Peto 1995). */
const PRIOR = 8;

/**
 * What documents have of words: counts by hash in tables of fixed size, so that no vocabulary takes more memory. With
 * up to some 50,000 different words they are as good as exact; more share slots, and rare ones look less rare.
 */
export interface Dictionary {
  readonly words: Uint32Array;
  readonly pairs: Uint32Array;
  readonly openings: Uint32Array;
  tokens: number;
  documents: number;
  /** Slots of words in use: the vocabulary, as far as it is told apart. */
  types: number;
}

export const startDictionary = (): Dictionary => ({
  words: new Uint32Array(WORD_SLOTS),
  pairs: new Uint32Array(PAIR_SLOTS),
  openings: new Uint32Array(OPENING_SLOTS),
  tokens: 0,
  documents: 0,
  types: 0,
});

/** Adds a document's words, pairs of neighbors and opening. */
export function learn(dictionary: Dictionary, { words }: Document): void {
  if (words.length === 0) return;
  const { words: counts, pairs, openings } = dictionary;
  for (let at = 0; at < words.length; at++) {
    const slot = (words[at] ?? 0) & (WORD_SLOTS - 1);
    if (counts[slot] === 0) dictionary.types++;
    counts[slot] = (counts[slot] ?? 0) + 1;
    if (at === 0) continue;
    const pair = pairHash(words[at - 1] ?? 0, words[at] ?? 0) & (PAIR_SLOTS - 1);
    pairs[pair] = (pairs[pair] ?? 0) + 1;
  }
  const opening = openingOf(words);
  openings[opening] = (openings[opening] ?? 0) + 1;
  dictionary.tokens += words.length;
  dictionary.documents++;
}

const openingOf = (words: Uint32Array): number =>
  runHash(words, 0, Math.min(OPENING_WORDS, words.length)) & (OPENING_SLOTS - 1);

/** How often a word was learned. */
export const countOf = ({ words }: Dictionary, word: number): number => words[word & (WORD_SLOTS - 1)] ?? 0;

/** Log of the share of the learned documents that begin with the same three words, half a document added. */
export const logOpeningShare = (dictionary: Dictionary, words: Uint32Array): number =>
  Math.log(((dictionary.openings[openingOf(words)] ?? 0) + 0.5) / (dictionary.documents + 1));

/** Log probability of a word behind another, by counts of pairs smoothed by those of words (MacKay and Peto 1995). */
export function logPair(dictionary: Dictionary, before: number, word: number): number {
  const { pairs, tokens, types } = dictionary;
  const alone = (countOf(dictionary, word) + 0.5) / (tokens + 0.5 * (types + 1));
  const pair = pairs[pairHash(before, word) & (PAIR_SLOTS - 1)] ?? 0;
  return Math.log((pair + PRIOR * alone) / (countOf(dictionary, before) + PRIOR));
}
