/** FNV-1a over UTF-16 code units, mixed once more so that its low bits are good (32 bits, unsigned). */
const hash = (text: string): number => {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 15), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
};

/** Lengths of character n-grams, taken inside words with their borders marked, as fastText does. */
const CHARACTER_LENGTHS = [3, 4, 5];
const CHARACTER_WEIGHT = 0.5;
const WORD_WEIGHT = 2;

/** Longest text that is counted, in UTF-16 code units; what follows is not looked at. */
const MAX_LENGTH = 20_000;

const wordsOf = (text: string): string[] =>
  text
    .slice(0, MAX_LENGTH)
    .normalize("NFKC")
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{S}]+/u)
    .filter((word) => word !== "");

const countFeatures = (words: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  const count = (feature: string, weight: number): void => {
    counts.set(feature, (counts.get(feature) ?? 0) + weight);
  };
  words.forEach((word, index) => {
    count(`w:${word}`, WORD_WEIGHT);
    const next = words[index + 1];
    if (next !== undefined) count(`w:${word} ${next}`, WORD_WEIGHT);
    const marked = `<${word}>`;
    for (const length of CHARACTER_LENGTHS)
      for (let start = 0; start + length <= marked.length; start++)
        count(`c:${marked.slice(start, start + length)}`, CHARACTER_WEIGHT);
  });
  if (counts.size === 0) count("empty", 1);
  return counts;
};

/**
 * Adds a text's hashed n-gram counts into `row`: character 3- to 5-grams and word 1- and 2-grams of the
 * normalized text (NFKC, lower case, punctuation dropped), damped by the square root, each in its bucket with
 * a hashed sign so that collisions cancel (Weinberger et al., "Feature hashing", 2009). Never all zeros for
 * a text without words: it has a feature of its own.
 */
export const countNgrams = (text: string, row: Float32Array): void => {
  for (const [feature, count] of countFeatures(wordsOf(text))) {
    const bits = hash(feature);
    const bucket = (bits >>> 1) % row.length;
    row[bucket] = (row[bucket] ?? 0) + (bits & 1 ? 1 : -1) * Math.sqrt(count);
  }
};
