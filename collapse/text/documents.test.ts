import { expect, test } from "vitest";
import { groupHash, isSecondHalf, keepDocuments } from "./documents.ts";
import { documentsOf, sourceTexts } from "./testTexts.ts";
import { wordsOf } from "./wordsOf.ts";

test("which documents are kept depends on their hashes alone, and never on their order", () => {
  const texts = sourceTexts(200, 1);
  const kept = (order: readonly number[]): number[] => {
    const keeper = keepDocuments(1_000);
    for (const index of order) {
      const { words } = wordsOf(texts[index] ?? "");
      keeper.add(words, index, (index * 2_654_435_761) % 2 ** 32);
    }
    return [...keeper.documents().groups].sort((a, b) => a - b);
  };
  const order = [...texts.keys()];
  const some = kept(order);
  expect(some.length).toBeGreaterThan(5);
  expect(some.length * 31).toBeLessThanOrEqual(1_000);
  expect(kept(order.toReversed())).toEqual(some);
});

test("copies of a document, and documents of a group, are of one half of the reference", () => {
  const [first, second] = ["one two three", "ONE  two three"].map((text) =>
    groupHash(wordsOf(text).words, null),
  );
  expect(first).toBe(second);
  expect(groupHash(wordsOf("a").words, "talk")).toBe(groupHash(wordsOf("b").words, "talk"));
  const halves = [...documentsOf(sourceTexts(400, 2)).groups].filter(isSecondHalf).length;
  expect(halves).toBeGreaterThan(150);
  expect(halves).toBeLessThan(250);
});
