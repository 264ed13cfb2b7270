import { expect, test } from "vitest";
import { summariesOf } from "../testTables.ts";
import { CHOOSING, judgingHalves, TELLING } from "./judgingHalves.ts";

test("no row and no bucket chooses and tells, and each pair is judged by half of the buckets", async () => {
  const table = { x: Float64Array.from({ length: 2_000 }, (_, row) => (row * 7919) % 997) };
  const { reference, frame } = await summariesOf({ reference: table, candidate: table });
  const { sample } = reference;
  const all = Uint32Array.from({ length: sample.rows }, (_, row) => row);
  const rows = {
    train: all.filter((row) => (sample.bucket[row] ?? 0) < 32),
    test: all.filter((row) => (sample.bucket[row] ?? 0) >= 32),
  };
  const halves = judgingHalves(sample, frame.encoding.width, rows, { seed: 1, pairs: 10 });
  const [choosing, telling] = [CHOOSING, TELLING].map(
    (half) => halves[half]?.buckets.flatMap(({ inner, outer }) => [...inner, ...outer]) ?? [],
  );
  const bucketsOf = (some: readonly number[] = []) => new Set(some.map((row) => sample.bucket[row]));
  expect([...(choosing ?? []), ...(telling ?? [])].sort((a, b) => a - b)).toEqual(
    [...rows.test].sort((a, b) => a - b),
  );
  expect([...bucketsOf(choosing)].some((bucket) => bucketsOf(telling).has(bucket))).toBe(false);
  expect([...bucketsOf(choosing)].every((bucket) => (bucket ?? 0) < 48)).toBe(true);
  expect(halves.map(({ buckets }) => buckets.length)).toEqual([16, 16]);
  for (const { buckets, ofPair } of halves)
    for (const pair of ofPair)
      expect([pair.length, new Set(pair).size]).toEqual([buckets.length / 2, buckets.length / 2]);
});
