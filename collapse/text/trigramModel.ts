import type { Span } from "./drawDocuments.ts";

/** Of each order, one word to three, the number of the run that ends at each word of some documents. */
export type NumberedDocuments = readonly Uint32Array[];

/** How many occurrences of a context the shorter one is worth: of one word, and of two. */
export interface Priors {
  readonly pair: number;
  readonly triple: number;
}

/** Counts of numbered runs. */
export interface TrigramCounts {
  readonly tokens: number;
  readonly counts: readonly Float64Array[];
}

/** Counts the runs of the given words. */
export function countTrigrams(
  grams: NumberedDocuments,
  sizes: readonly number[],
  spans: readonly Span[],
): TrigramCounts {
  let tokens = 0;
  for (const { from, to } of spans) tokens += to - from;
  const counts = sizes.map((size, order) => {
    const ofOrder = new Float64Array(size);
    const numbers = grams[order];
    if (!numbers) return ofOrder;
    for (const { from, to } of spans)
      for (let at = from; at < to; at++) {
        const number = numbers[at] ?? 0;
        ofOrder[number] = (ofOrder[number] ?? 0) + 1;
      }
    return ofOrder;
  });
  return { tokens, counts };
}

/** The counts of some words without those of a part of them. */
export function lessen(whole: TrigramCounts, part: TrigramCounts): TrigramCounts {
  return {
    tokens: whole.tokens - part.tokens,
    counts: whole.counts.map((ofOrder, order) =>
      ofOrder.map((count, number) => count - (part.counts[order]?.[number] ?? 0)),
    ),
  };
}

/** A judged word: where it stands, and how many words of its document stand before it, at most 2. */
export interface Judged {
  readonly places: Uint32Array;
  readonly before: Uint8Array;
}

/**
 * Writes −log p of each judged word, in nats, by a model of words, pairs and triples: p(w | context) =
 * (count + prior · p(w | shorter context)) / (count of the context + prior) (MacKay and Peto 1995). The word alone is
 * smoothed by half a count over `types` words, the same for all models that are compared.
 */
export function surprisal(
  { tokens, counts }: TrigramCounts,
  grams: NumberedDocuments,
  { places, before }: Judged,
  types: number,
  priors: Priors,
  into: Float64Array,
): void {
  const [words, pairs, triples] = counts;
  const [wordAt, pairAt, tripleAt] = grams;
  if (!words || !pairs || !triples || !wordAt || !pairAt || !tripleAt) return;
  const whole = tokens + 0.5 * types;
  for (let index = 0; index < places.length; index++) {
    const at = places[index] ?? 0;
    const context = before[index] ?? 0;
    let p = ((words[wordAt[at] ?? 0] ?? 0) + 0.5) / whole;
    if (context > 0) {
      const ofContext = words[wordAt[at - 1] ?? 0] ?? 0;
      p = ((pairs[pairAt[at] ?? 0] ?? 0) + priors.pair * p) / (ofContext + priors.pair);
    }
    if (context > 1) {
      const ofContext = pairs[pairAt[at - 1] ?? 0] ?? 0;
      p = ((triples[tripleAt[at] ?? 0] ?? 0) + priors.triple * p) / (ofContext + priors.triple);
    }
    into[index] = -Math.log(p);
  }
}
