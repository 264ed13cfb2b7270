import { expect, test } from "vitest";
import { nullOf, zOf } from "./nullOf.ts";
import { quantileOf, sortedFinite } from "./quantile.ts";

test("quantiles are R's default ones", () => {
  const values = sortedFinite([3, 1, 2, 10]);
  expect([0, 0.1, 0.5, 0.75, 1].map((at) => quantileOf(values, at))).toEqual([1, 1.3, 2.5, 4.75, 10]);
});

test("a null is its median and half of its middle 68 %", () => {
  const draws = Float64Array.from({ length: 101 }, (_, index) => index);
  expect(nullOf(draws, 0.01)).toEqual({ median: 50, below: 34, above: 34 });
});

test("a side that reaches farther is measured by how far it does", () => {
  const draws = Float64Array.from({ length: 201 }, (_, index) => (index / 100) ** 3);
  const { median, below, above } = nullOf(draws, 0.01);
  expect(median).toBe(1);
  expect(below).toBeCloseTo((1.68 ** 3 - 0.32 ** 3) / 2, 10);
  expect(above).toBeCloseTo((1.95 ** 3 - 1) / 2, 10);
  expect(zOf(1.95 ** 3, { median, below, above })).toBeCloseTo(2, 10);
  expect(zOf(1 - below, { median, below, above })).toBeCloseTo(-1, 10);
});

test("a null that hardly varies is as wide as its rows can tell", () => {
  expect(nullOf(new Float64Array(200), 1 / 500)).toEqual({ median: 0, below: 1 / 500, above: 1 / 500 });
});

test("a metric that most draws cannot compute has no null", () => {
  const draws = new Float64Array(10).fill(Number.NaN);
  draws[0] = 1;
  expect(zOf(1, nullOf(draws, 1))).toBeNaN();
});
