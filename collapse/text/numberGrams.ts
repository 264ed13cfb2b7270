import type { Documents } from "./documents.ts";
import type { NumberedDocuments } from "./trigramModel.ts";
import { pairHash } from "./wordHash.ts";

/** Runs of one, two and three words that stand in the judging documents, numbered from 1 on; 0 is every other one. */
export interface GramNumbers {
  readonly sizes: readonly number[];
  /** Of each order the number of the run that ends at each word of the documents; 0 at the first words of one. */
  number(documents: Documents): NumberedDocuments;
}

const ORDERS = 3;

/**
 * Numbers what a model is asked about: what stands in the documents at `judging`. What else stands in training
 * documents changes nothing of its answers, so counts take no more memory than the judging documents have words.
 */
export function numberGrams(documents: Documents, judging: Uint32Array): GramNumbers {
  const maps = Array.from({ length: ORDERS }, () => new Map<number, number>());
  for (const place of judging)
    eachGram(documents, place, (order, key) => {
      const map = maps[order];
      if (map && !map.has(key)) map.set(key, map.size + 1);
    });
  return {
    sizes: maps.map((map) => map.size + 1),
    number: (others) => {
      const numbers = maps.map(() => new Uint32Array(others.words.length));
      for (let place = 0; place < others.count; place++)
        eachGram(others, place, (order, key, at) => {
          const into = numbers[order];
          if (into) into[at] = maps[order]?.get(key) ?? 0;
        });
      return numbers;
    },
  };
}

/** A run is two mixed hashes as one whole number below 2^53: no two runs of a million share one. */
function eachGram(
  { words, starts }: Documents,
  place: number,
  visit: (order: number, key: number, at: number) => void,
): void {
  const from = starts[place] ?? 0;
  const to = starts[place + 1] ?? 0;
  for (let at = from; at < to; at++) {
    const word = words[at] ?? 0;
    const before = words[at - 1] ?? 0;
    visit(0, word, at);
    if (at > from) visit(1, keyOf(before, word, 0x3c6ef372), at);
    if (at > from + 1) visit(2, keyOf(pairHash(words[at - 2] ?? 0, before), word, 0x1f83d9ab), at);
  }
}

const keyOf = (before: number, word: number, salt: number): number =>
  pairHash(before, word) * 2_097_152 + (pairHash(word ^ salt, before) >>> 11);
