import { type Random, shuffledIndices } from "../../../collapse/numerics/random.ts";
import type { WordText } from "./bigramRecursion.ts";

/** Share of words that are drawn by what stands before them. */
const BOUND_SHARE = 0.5;

/**
 * A text that nobody wrote: words by Zipf's law (1935, frequency ~ 1 / rank), half of them from an order of ranks that
 * the word before gives (it shifts a shuffled vocabulary), so that pairs repeat as they do in speech.
 */
export function zipfMarkovText(
  { words: length, types }: { words: number; types: number },
  random: Random,
): WordText {
  const cumulative = new Float64Array(types);
  let sum = 0;
  for (let rank = 0; rank < types; rank++) {
    sum += 1 / (rank + 1);
    cumulative[rank] = sum;
  }
  const rankOf = (): number => {
    const aim = random.next() * sum;
    let low = 0;
    for (let high = types - 1; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > aim) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const order = shuffledIndices(types, random);
  let before = 0;
  const words = new Uint32Array(length).map(() => {
    const rank = rankOf();
    // A bound rank is squeezed towards 0: few successors of a word are likely.
    before = random.next() < BOUND_SHARE ? (order[(before + (rank >> 3)) % types] ?? 0) : rank;
    return before;
  });
  return { words, types };
}
