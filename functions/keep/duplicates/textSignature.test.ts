import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shinglesOf } from "./shingles.ts";
import { signText, similarityOf } from "./textSignature.ts";

const WORDS = "pick up the red block and put it into a box on left near blue cup then close drawer".split(
  " ",
);

/** A text of some length, and the same with some of its words replaced. */
const anyPair = fc
  .record({
    words: fc.array(fc.constantFrom(...WORDS), { minLength: 4, maxLength: 40 }),
    changes: fc.array(fc.record({ at: fc.nat(), word: fc.constantFrom(...WORDS) }), { maxLength: 12 }),
  })
  .map(({ words, changes }) => {
    const changed = changes.reduce((list, { at, word }) => list.with(at % list.length, word), words);
    return [words.join(" "), changed.join(" ")] as const;
  });

function jaccard(a: string, b: string): number {
  const [left, right] = [shinglesOf(a), shinglesOf(b)];
  const common = [...left].filter((shingle) => right.has(shingle)).length;
  return common / (left.size + right.size - common);
}

const estimate = (a: string, b: string) => similarityOf(signText(a).signature, signText(b).signature);
const sharesBand = (a: string, b: string) => {
  const bands = new Set(signText(a).bands);
  return signText(b).bands.some((band) => bands.has(band));
};

/** Pairs whose exact similarity lies this near to the asked one; the seed makes them the same every time. */
function pairsNear(similarity: number, count: number): (readonly [string, string])[] {
  const near = anyPair.filter(([a, b]) => Math.abs(jaccard(a, b) - similarity) < 0.02);
  return fc.sample(near, { numRuns: count, seed: 7 });
}
const shareOf = <Item>(items: readonly Item[], holds: (item: Item) => boolean) =>
  items.filter(holds).length / items.length;

describe("signText", () => {
  it("estimates the exact Jaccard similarity, within three standard deviations of 128 draws", () => {
    // 3 in 1,000 fair draws lie outside: 400 fixed pairs may have few, and on average they deviate by one.
    const pairs = fc.sample(anyPair, { numRuns: 800, seed: 1 }).filter(([a, b]) => {
      const exact = jaccard(a, b);
      return exact > 0.1 && exact < 0.95;
    });
    expect(pairs.length).toBeGreaterThan(400);
    const deviations = pairs.map(([a, b]) => {
      const exact = jaccard(a, b);
      return (estimate(a, b) - exact) / Math.sqrt((exact * (1 - exact)) / 128);
    });
    expect(shareOf(deviations, (deviation) => Math.abs(deviation) > 3)).toBeLessThan(0.01);
    expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(5);
    const mean = deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length;
    expect(Math.abs(mean)).toBeLessThan(0.2);
  });

  it("catches nearly all pairs at similarity 0.9, about half at 0.8, and none at 0.5", () => {
    const isCaught = ([a, b]: readonly [string, string]) => sharesBand(a, b) && estimate(a, b) >= 0.8;
    expect(shareOf(pairsNear(0.9, 60), isCaught)).toBeGreaterThan(0.95);
    const atThreshold = shareOf(pairsNear(0.8, 60), isCaught);
    expect(atThreshold).toBeGreaterThan(0.3);
    expect(atThreshold).toBeLessThan(0.8);
    expect(shareOf(pairsNear(0.5, 60), isCaught)).toBe(0);
    expect(shareOf(pairsNear(0.5, 60), ([a, b]) => sharesBand(a, b))).toBeLessThan(0.2);
  });

  it("is the same for the same text whatever else was signed, and of one shape for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
        const { signature, bands } = signText(text);
        expect([signature.length, bands.length]).toEqual([128, 16]);
        expect([...signature, ...bands].every((hash) => hash === (hash | 0))).toBe(true);
        expect(estimate(text, text)).toBe(1);
      }),
    );
  });

  it("never changes: what was stored compares with what is signed tomorrow", () => {
    expect(signText("pick up the red block").bands.slice(0, 2)).toEqual([24084392, 849420854]);
  });
});
