import type { Random } from "../../../collapse/numerics/random.ts";

/** A text as numbers of words, 0 up to and without `types`. */
export interface WordText {
  readonly words: Uint32Array;
  readonly types: number;
}

/**
 * A text of equal length drawn from a text's bigrams (Shannon 1948): after each word follows the successor of one of
 * its occurrences. The text is read as a ring, so that every word has a successor and expected counts stay as they are.
 */
export function redrawnText(text: WordText, random: Random): WordText {
  const { words, types } = text;
  const starts = new Uint32Array(types + 1);
  for (const word of words) starts[word + 1] = (starts[word + 1] ?? 0) + 1;
  for (let word = 0; word < types; word++) starts[word + 1] = (starts[word + 1] ?? 0) + (starts[word] ?? 0);
  const filled = starts.slice();
  const successors = new Uint32Array(words.length);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0;
    const at = filled[word] ?? 0;
    successors[at] = words[(index + 1) % words.length] ?? 0;
    filled[word] = at + 1;
  }
  let word = words[random.whole(words.length)] ?? 0;
  const drawn = words.map(() => {
    const first = starts[word] ?? 0;
    word = successors[first + random.whole((starts[word + 1] ?? 0) - first)] ?? 0;
    return word;
  });
  return { words: drawn, types };
}

/** Every generation's text, the first one's first. */
export function bigramGenerations(text: WordText, generations: number, random: Random): WordText[] {
  const texts = [text];
  for (let generation = 0; generation < generations; generation++)
    texts.push(redrawnText(texts.at(-1) ?? text, random));
  return texts;
}
