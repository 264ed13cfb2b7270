import { expect, test } from "vitest";
import type { RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { drawPool } from "./drawPool.ts";

const sampleOf = (rows: number, bucketOf: (row: number) => number = (row) => row % 64): RowSample => ({
  rows,
  index: Float64Array.from({ length: rows }, (_, row) => row),
  bucket: Uint8Array.from({ length: rows }, (_, row) => bucketOf(row)),
  codes: [],
  encoded: new Float64Array(rows),
  digest: new Float64Array(rows),
  values: [],
});
const poolOf = (bucketOf?: (row: number) => number) => ({
  width: 1,
  reference: sampleOf(200, bucketOf),
  candidate: sampleOf(150, bucketOf),
});
const asked = { nulls: 30, candidates: 5, rowsASide: 100 };
const rowsIn = (mask: Uint8Array, from: number, to: number): number =>
  mask.subarray(from, to).reduce((sum, bit) => sum + bit, 0);

test("a null splits the reference's rows, as many a side and none on both", () => {
  const { nulls } = drawPool(poolOf(), asked, false, seededRandom(1, "test"));
  for (const { left, right } of nulls) {
    expect([rowsIn(left, 0, 200), rowsIn(right, 0, 200)]).toEqual([100, 100]);
    expect([rowsIn(left, 200, 350), rowsIn(right, 200, 350)]).toEqual([0, 0]);
    expect(left.some((bit, row) => bit === 1 && right[row] === 1)).toBe(false);
  }
});

test("a draw of the candidate has the reference's rows on its left and the candidate's on its right", () => {
  const { candidates } = drawPool(poolOf(), asked, false, seededRandom(1, "test"));
  for (const { left, right } of candidates) {
    expect([rowsIn(left, 0, 200), rowsIn(left, 200, 350)]).toEqual([100, 0]);
    expect([rowsIn(right, 0, 200), rowsIn(right, 200, 350)]).toEqual([0, 100]);
  }
});

test("a group is never on both sides of a null", () => {
  const bucketOf = (row: number): number => Math.floor(row / 9);
  const { nulls } = drawPool(poolOf(bucketOf), asked, true, seededRandom(1, "test"));
  for (const { left, right } of nulls) {
    const bucketsOf = (mask: Uint8Array): Set<number> =>
      new Set([...mask.subarray(0, 200).keys()].filter((row) => mask[row] === 1).map(bucketOf));
    const [leftBuckets, rightBuckets] = [bucketsOf(left), bucketsOf(right)];
    expect([...leftBuckets].filter((bucket) => rightBuckets.has(bucket))).toEqual([]);
    expect(leftBuckets.size).toBeGreaterThan(8);
  }
});
