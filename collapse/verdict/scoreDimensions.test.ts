import { expect, test } from "vitest";
import type { Measured } from "../contracts/metrics.ts";
import { excessOf, scoreDimensions } from "./scoreDimensions.ts";

const measured = (over: Partial<Measured>): Measured => ({
  dimension: "distribution_fidelity",
  metric: "ks",
  subject: "age",
  inEvidence: true,
  value: 0,
  nullMedian: 0,
  nullLow: -2,
  nullHigh: 2,
  z: 0,
  ...over,
});
const scoreOf = (metrics: readonly Measured[], rows = 1_000): number | null | undefined =>
  scoreDimensions(metrics, rows).get("distribution_fidelity")?.score;

test("whatever lies in the null's range scores 100", () => {
  expect(scoreOf([measured({ value: 1.9, z: 1.9 })])).toBe(100);
});

test("three excesses of twelve half-widths halve the score, and a fourth changes nothing", () => {
  const worst = measured({ value: 14, z: 14 });
  expect(scoreOf([worst, worst, worst])).toBeCloseTo(50, 10);
  expect(scoreOf([worst, worst, worst, measured({ value: 5, z: 5 })])).toBeCloseTo(50, 10);
});

test("a difference scores the same at four times the rows, where it is twice as many half-widths away", () => {
  const few = measured({ value: 14, z: 14 });
  const many = measured({ value: 14, nullLow: -1, nullHigh: 1, z: 28 });
  expect(excessOf(many)).toBe(26);
  expect(scoreOf([few], 1_000)).toBeCloseTo(50, 10);
  expect(scoreOf([measured({ value: 13, nullLow: -1, nullHigh: 1, z: 26 })], 4_000)).toBeCloseTo(50, 10);
});

test("excess counts on either side, and a value at the median has none", () => {
  expect(excessOf(measured({ value: -5, z: -5 }))).toBe(3);
  expect(excessOf(measured({}))).toBe(0);
});

test("a dimension of which nothing can be computed has no score", () => {
  expect(scoreDimensions([measured({ z: Number.NaN })], 1_000).get("distribution_fidelity")).toEqual({
    score: null,
    status: "not_computable",
  });
});

test("70 is ok, 50 is a warning, less is bad", () => {
  const statusOf = (excess: number): string | undefined =>
    scoreDimensions([measured({ value: 2 + excess, z: 2 + excess })], 1_000).get("distribution_fidelity")
      ?.status;
  expect([0, 6, 6.3, 11.9, 12.1].map(statusOf)).toEqual(["ok", "ok", "warn", "warn", "bad"]);
});
