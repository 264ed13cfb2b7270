import type { WordText } from "./bigramRecursion.ts";

/** What a text has of variety. */
export interface TextMeasures {
  readonly vocabulary: number;
  /** Words that occur once. */
  readonly hapaxes: number;
  /** Of words, in bits. */
  readonly entropyBits: number;
  /** Different pairs and triples of neighbors per pair and triple. */
  readonly distinct2: number;
  readonly distinct3: number;
}

/** Counts a text's variety. */
export function measureText({ words, types }: WordText): TextMeasures {
  const counts = wordCounts({ words, types });
  let vocabulary = 0;
  let hapaxes = 0;
  let entropyBits = 0;
  for (const count of counts) {
    if (count === 0) continue;
    vocabulary++;
    if (count === 1) hapaxes++;
    entropyBits -= (count / words.length) * Math.log2(count / words.length);
  }
  const pairs = new Set<number>();
  const triples = new Set<number>();
  for (let index = 1; index < words.length; index++) {
    const pair = (words[index - 1] ?? 0) * types + (words[index] ?? 0);
    pairs.add(pair);
    if (index > 1) triples.add((words[index - 2] ?? 0) * types * types + pair);
  }
  return {
    vocabulary,
    hapaxes,
    entropyBits,
    distinct2: pairs.size / (words.length - 1),
    distinct3: triples.size / (words.length - 2),
  };
}

/** How often each word occurs. */
export function wordCounts({ words, types }: WordText): Uint32Array {
  const counts = new Uint32Array(types);
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/**
 * Perplexity of `unseen` under `text`'s bigrams and words, interpolated 0.7 to 0.3; words count one more than they
 * occur, so that none is impossible.
 */
export function perplexity(text: WordText, unseen: WordText): number {
  const { words, types } = text;
  const counts = wordCounts(text);
  const pairs = new Map<number, number>();
  for (let index = 0; index < words.length; index++) {
    const pair = (words[index] ?? 0) * types + (words[(index + 1) % words.length] ?? 0);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let nats = 0;
  for (let index = 1; index < unseen.words.length; index++) {
    const before = unseen.words[index - 1] ?? 0;
    const word = unseen.words[index] ?? 0;
    const single = ((counts[word] ?? 0) + 1) / (words.length + types);
    const follows = counts[before] ?? 0;
    const pair = follows === 0 ? single : (pairs.get(before * types + word) ?? 0) / follows;
    nats -= Math.log(0.7 * pair + 0.3 * single);
  }
  return Math.exp(nats / (unseen.words.length - 1));
}
