import { expect, test } from "vitest";
import type { Aggregate, Frame, RowSample, Summary } from "../contracts/aggregates.ts";
import { planDraws } from "./planDraws.ts";

const none = new Float64Array(0);

/** A frame whose rows are `width` numbers wide, and whose units have `width`² cells. */
const frameOf = (width: number): Frame => ({
  variables: [],
  pairs: [],
  classes: [],
  grids: none,
  encoding: { width, features: [], dense: width, encoders: [] },
});

const bucketOf = (rows: number): Aggregate => ({
  rows,
  counts: [],
  pairs: [],
  mean: none,
  comoment: none,
  duplicates: 0,
  digests: { share: 1, digests: none, rows: none },
  onGrid: none,
});

const sampleOf = (rows: number): RowSample => ({
  rows,
  index: none,
  bucket: new Uint8Array(0),
  codes: [],
  encoded: none,
  digest: none,
  values: [],
});

/** A table of `rows` rows in `buckets` buckets, of which at most 50,000 were kept. */
const tableOf = (rows: number, buckets = 64): Summary => ({
  rows,
  buckets: Array.from({ length: 64 }, (_, bucket) => bucketOf(bucket < buckets ? rows / buckets : 0)),
  sample: sampleOf(Math.min(rows, 50_000)),
});

const planOf = (n: number, m: number, { grouped = false, width = 10 } = {}) =>
  planDraws(tableOf(n), tableOf(m), frameOf(width), grouped);

test("sides are as large as the candidate, or half of the reference", () => {
  expect(planOf(6_400, 640).rowsASide).toBe(640);
  expect(planOf(6_400, 64_000).rowsASide).toBe(3_200);
});

test("few rows are drawn one by one, more as parts that 32 make a side of exactly", () => {
  expect(planOf(400, 50)).toEqual({ by: "rows", rowsASide: 50, enoughRows: false });
  const parts = planOf(6_400, 3_000);
  expect(parts.by).toBe("parts");
  expect(parts.rowsASide).toBe(2_976);
});

test("a side that the sample cannot hold twice is a union of whole buckets, no larger than the candidate", () => {
  expect(planOf(1_000_000, 1_000_000)).toEqual({ by: "buckets", rowsASide: 500_000, enoughRows: true });
  expect(planOf(1_000_000, 100_000)).toEqual({ by: "buckets", rowsASide: 93_750, enoughRows: true });
});

test("a side of less than four buckets shrinks to what the sample holds, rather than miss its size", () => {
  expect(planOf(10_000_000, 100_000)).toEqual({ by: "parts", rowsASide: 24_992, enoughRows: true });
});

test("rows of groups are drawn by bucket alone, and too few buckets are not enough", () => {
  expect(planOf(6_400, 1_000, { grouped: true })).toEqual({
    by: "buckets",
    rowsASide: 1_000,
    enoughRows: true,
  });
  const fewGroups = planDraws(tableOf(6_400, 7), tableOf(6_400), frameOf(10), true);
  expect(fewGroups.enoughRows).toBe(false);
});

test("200 rows a side are enough, 199 are not", () => {
  expect([planOf(400, 400).enoughRows, planOf(399, 400).enoughRows]).toEqual([true, false]);
});
