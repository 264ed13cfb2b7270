import { expect, test } from "vitest";
import { compareModels } from "./compareModels.ts";
import { measureDiversity } from "./measureDiversity.ts";
import { measureTextHarm } from "./measureTextHarm.ts";
import { documentsOf, redrawnTexts, sourceTexts } from "./testTexts.ts";

const reference = documentsOf(sourceTexts(600, 1));
const others = sourceTexts(600, 2);
const options = { seed: 1, pairs: 4 };

test("fresh documents of the same source cost a language model nothing", () => {
  const { channels, hasSeen } = measureTextHarm({ reference, candidate: documentsOf(others) }, options);
  expect(hasSeen).toBe(false);
  const [mean] = channels;
  expect(mean?.eligible).toBe(true);
  expect(mean?.high).toBeLessThan(mean?.margin ?? 0);
});

test("documents redrawn ten times from their own couples of words cost it more than the margin", () => {
  const candidate = documentsOf(redrawnTexts(others, 10, 3));
  const { channels } = measureTextHarm({ reference, candidate }, options);
  expect(channels[0]?.low).toBeGreaterThan(channels[0]?.margin ?? 0);
});

test("where the candidate was drawn from the judging documents, no channel counts", () => {
  const candidate = documentsOf(redrawnTexts(sourceTexts(600, 1), 1, 3));
  const { channels, hasSeen } = measureTextHarm({ reference, candidate }, options);
  expect(hasSeen).toBe(true);
  expect(channels.every(({ eligible }) => !eligible)).toBe(true);
});

test("copies of judging documents are set aside", () => {
  const { copies } = measureTextHarm({ reference, candidate: reference }, options);
  expect(copies.ofCandidate).toBeGreaterThan(500);
  expect(copies.ofReference).toBe(0);
});

test("real documents that repeat judging ones but for a word are set aside too", () => {
  const nearly = sourceTexts(600, 1)
    .slice(0, 5)
    .map((text) => `${text} Indeed`);
  const { copies } = compareModels(
    { reference: documentsOf([...sourceTexts(600, 1), ...nearly]), candidate: documentsOf(others) },
    { seed: 1, pairs: 1, fold: 0 },
  ) ?? { copies: null };
  expect(copies?.ofReference).toBeGreaterThan(0);
  expect(copies?.ofReference).toBeLessThanOrEqual(5);
});

test("too few words say nothing", () => {
  const { channels } = measureTextHarm({ reference, candidate: documentsOf(others.slice(0, 20)) }, options);
  expect(channels.map(({ eligible }) => eligible)).toEqual([false, false]);
});

test("variety is compared at equal numbers of words, whatever the numbers of documents", () => {
  const fewer = draws(others.slice(0, 300));
  const redrawn = draws(redrawnTexts(others, 10, 3).slice(0, 300));
  expect(Math.abs(fewer.distinct_2 ?? 1)).toBeLessThan(0.1);
  expect(redrawn.distinct_2).toBeLessThan(-0.2);
  expect(redrawn.distinct_3).toBeLessThan(-0.1);
});

/** The median of each metric of the candidate's draws. */
function draws(texts: readonly string[]): Readonly<Record<string, number>> {
  const { keys, candidates } = measureDiversity(
    { reference, candidate: documentsOf(texts) },
    { nulls: 1, candidates: 5 },
    1,
  );
  return Object.fromEntries(
    keys.map(({ metric }, key) => {
      const values = Float64Array.from(
        { length: 5 },
        (_, draw) => candidates[draw * keys.length + key] ?? Number.NaN,
      );
      return [metric, values.sort()[2] ?? Number.NaN];
    }),
  );
}
