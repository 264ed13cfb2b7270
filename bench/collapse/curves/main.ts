import { readFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { bigramGenerations, type WordText } from "./bigramRecursion.ts";
import { measureText, perplexity, wordCounts } from "./measureText.ts";
import { expectedWordSurvival } from "./wordSurvival.ts";

// `node bench/collapse/curves/main.ts DATA_FOLDER`: the bigram recursion on tiny-shakespeare, of which DATA_FOLDER
// holds `text-tiny-shakespeare/input.txt`, beside the numbers that were published for it.

/** Generation → vocabulary (share), once-words, entropy (bits), distinct pairs, distinct triples, perplexity. */
const PUBLISHED: Readonly<Record<number, readonly number[]>> = {
  0: [1, 5173, 9.03, 0.4, 0.791, 246],
  1: [0.8, 2609, 8.98, 0.283, 0.794, 281],
  2: [0.69, 1640, 8.94, 0.224, 0.751, 309],
  5: [0.52, 723, 8.86, 0.145, 0.661, 378],
  10: [0.38, 312, 8.74, 0.094, 0.563, 464],
};
const TRAIN_SHARE = 0.8;

/** Lower-case words with their apostrophes, and each of six marks by itself. */
function wordsOf(text: string): WordText {
  const numbers = new Map<string, number>();
  const tokens = text.toLowerCase().match(/[a-z']+|[.,!?;:]/g) ?? [];
  const words = Uint32Array.from(tokens, (token) => {
    const number = numbers.get(token) ?? numbers.size;
    numbers.set(token, number);
    return number;
  });
  return { words, types: numbers.size };
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Usage: node bench/collapse/curves/main.ts DATA_FOLDER");
const { words, types } = wordsOf(readFileSync(join(folder, "text-tiny-shakespeare", "input.txt"), "utf8"));
const trained = Math.floor(words.length * TRAIN_SHARE);
const text = { words: words.subarray(0, trained), types };
const counts = [...wordCounts(text)].filter((count) => count > 0);
// Numbers were given in the order of first use: what the first generation knows comes before all else.
const known = counts.length;
const unseen = { words: words.subarray(trained).filter((word) => word < known), types: known };
const texts = bigramGenerations(text, 10, seededRandom(1, "tiny-shakespeare"));
console.log(`${trained} tokens, ${counts.length} types, seed 1`);
console.table(
  Object.entries(PUBLISHED).map(([generation, published]) => {
    const drawn = texts[Number(generation)] ?? text;
    const { vocabulary, hapaxes, entropyBits, distinct2, distinct3 } = measureText(drawn);
    const measured = [
      (vocabulary / counts.length).toFixed(2),
      hapaxes,
      entropyBits.toFixed(2),
      distinct2.toFixed(3),
      distinct3.toFixed(3),
      perplexity({ ...drawn, types: known }, unseen).toFixed(0),
    ];
    const branching = counts.reduce((sum, count) => sum + expectedWordSurvival(count, Number(generation)), 0);
    const [share, once, bits, pairs, triples, surprise] = measured.map(
      (value, at) => `${value} (${published[at]})`,
    );
    return {
      generation,
      "vocabulary (published)": share,
      "by branching": (branching / counts.length).toFixed(2),
      "once-words": once,
      entropy: bits,
      "distinct-2": pairs,
      "distinct-3": triples,
      perplexity: surprise,
    };
  }),
);
