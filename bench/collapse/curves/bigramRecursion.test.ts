import { expect, it } from "vitest";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { bigramGenerations, redrawnText } from "./bigramRecursion.ts";
import { measureText, perplexity, wordCounts } from "./measureText.ts";
import { expectedWordSurvival } from "./wordSurvival.ts";
import { zipfMarkovText } from "./zipfMarkovText.ts";

const whole = zipfMarkovText({ words: 50_000, types: 40_000 }, seededRandom(7, "text"));
const text = { words: whole.words.subarray(0, 40_000), types: whole.types };
const unseen = { words: whole.words.subarray(40_000), types: whole.types };
const texts = bigramGenerations(text, 5, seededRandom(8, "bigrams"));

it("draws no pair of neighbors that the text before does not have", () => {
  const small = { words: Uint32Array.from([0, 1, 2, 1, 3]), types: 4 };
  const allowed = new Set(["0,1", "1,2", "2,1", "1,3", "3,0"]);
  const { words } = redrawnText(small, seededRandom(9, "pairs"));
  for (let index = 1; index < words.length; index++)
    expect(allowed).toContain(`${words[index - 1]},${words[index]}`);
});

it("counts words, once-words, entropy and distinct neighbors exactly", () => {
  const measures = measureText({ words: Uint32Array.from([0, 1, 0, 1, 2, 0, 1, 0]), types: 5 });
  expect(measures).toEqual({
    vocabulary: 3,
    hapaxes: 1,
    entropyBits: expect.closeTo(
      -(0.5 * Math.log2(0.5) + 0.375 * Math.log2(0.375) + 0.125 * Math.log2(0.125)),
      12,
    ),
    distinct2: 4 / 7,
    distinct3: 5 / 6,
  });
});

it("keeps as many words of a text as the branching of its counts says", () => {
  const counts = wordCounts(text).filter((count) => count > 0);
  for (const [generation, drawn] of texts.entries()) {
    const expected = [...counts].reduce((sum, count) => sum + expectedWordSurvival(count, generation), 0);
    expect(Math.abs(measureText(drawn).vocabulary - expected) / counts.length).toBeLessThan(0.02);
  }
});

it("leaves as many once-words after one generation as Poisson counts of those means have", () => {
  const counts = wordCounts(text).filter((count) => count > 0);
  const expected = [...counts].reduce((sum, count) => sum + count * Math.exp(-count), 0);
  expect(Math.abs(measureText(texts[1] ?? text).hapaxes / expected - 1)).toBeLessThan(0.06);
});

it("loses once-words first, then pairs, then words; triples and entropy last", () => {
  const first = measureText(text);
  for (const generation of [1, 2, 5]) {
    const now = measureText(texts[generation] ?? text);
    const kept = [
      now.hapaxes / first.hapaxes,
      now.distinct2 / first.distinct2,
      now.vocabulary / first.vocabulary,
      now.distinct3 / first.distinct3,
      now.entropyBits / first.entropyBits,
    ];
    expect(kept).toEqual([...kept].sort((left, right) => left - right));
  }
  const last = measureText(texts[1] ?? text);
  expect(last.hapaxes / first.hapaxes).toBeLessThan(0.6);
  expect(last.entropyBits / first.entropyBits).toBeGreaterThan(0.96);
});

it("reads unseen text worse, generation after generation", () => {
  const perplexities = texts.map((drawn) => perplexity(drawn, unseen));
  expect(perplexities).toEqual([...perplexities].sort((left, right) => left - right));
});
