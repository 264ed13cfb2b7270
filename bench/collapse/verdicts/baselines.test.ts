import { expect, it } from "vitest";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { independentMarginals } from "../generators/independentMarginals.ts";
import { shrink } from "../generators/shrink.ts";
import type { BenchTable } from "../table.ts";
import { areaUnder } from "./areaUnder.ts";
import { discriminatorAuc } from "./baselines.ts";
import { meanQuality } from "./meanQuality.ts";
import { smallestKsP } from "./smallestKsP.ts";

/** Two columns of numbers that follow one another, and a category of the first one's sign. */
function drawn(seed: number): BenchTable {
  const random = seededRandom(seed, "baselines");
  const x = Float64Array.from({ length: 600 }, () => random.normal());
  return {
    rows: 600,
    columns: [
      { name: "x", kind: "number", values: x },
      { name: "y", kind: "number", values: x.map((value) => value + 0.2 * random.normal()) },
      { name: "sign", kind: "category", values: Array.from(x, (value) => (value < 0 ? "minus" : "plus")) },
    ],
  };
}

const real = drawn(1);
const alike = drawn(2);
const broken = independentMarginals(real, { share: 1 }, seededRandom(3, "broken"));

it("finds nothing by KS in columns that agree, whatever ties them, and a narrower column at once", () => {
  expect(smallestKsP(real, alike)).toBeGreaterThan(0.05);
  expect(smallestKsP(real, broken)).toBe(1);
  expect(smallestKsP(real, shrink(alike, { factor: 0.5 }))).toBeLessThan(1e-4);
});

it("gives Kolmogorov's own 5 %: a distance of 1.358 standard errors", () => {
  const ramp = (count: number, shift: number): BenchTable => ({
    rows: count,
    columns: [
      { name: "x", kind: "number", values: Float64Array.from({ length: count }, (_, row) => row + shift) },
    ],
  });
  const [count, standardErrors] = [20_000, 1.358];
  const shift = standardErrors * Math.sqrt(2 * count);
  expect(smallestKsP(ramp(count, 0), ramp(count, shift))).toBeCloseTo(0.05, 2.7);
});

it("measures the quality of one column alone by its distance: KS of numbers, total variation of categories", () => {
  const numbers = (...values: number[]): BenchTable => ({
    rows: values.length,
    columns: [{ name: "x", kind: "number", values: Float64Array.from(values) }],
  });
  expect(meanQuality(numbers(1, 2, 3, 4), numbers(3, 4, 5, 6))).toBe(0.5);
  const categories = (...values: string[]): BenchTable => ({
    rows: values.length,
    columns: [{ name: "c", kind: "category", values }],
  });
  expect(meanQuality(categories("a", "a", "b", "c"), categories("a", "b", "b", "d"))).toBe(0.5);
});

it("takes quality down for broken pairs and for broken columns", () => {
  expect(meanQuality(real, real)).toBe(1);
  expect(meanQuality(real, alike)).toBeGreaterThan(0.93);
  expect(meanQuality(real, broken)).toBeLessThan(0.85);
});

it("counts pairs in order exactly, ties half", () => {
  expect(areaUnder(Float64Array.of(0.1, 0.4, 0.35, 0.8), Float64Array.of(0, 0, 1, 1))).toBe(0.75);
  expect(areaUnder(Float64Array.of(1, 1, 1, 1, 0), Float64Array.of(0, 1, 1, 1, 0))).toBe(0.75);
  expect(areaUnder(new Float64Array(6), Float64Array.of(0, 1, 0, 1, 1, 1))).toBe(0.5);
});

it("tells broken rows from real ones, and real ones not from others", () => {
  expect(Math.abs(discriminatorAuc(real, alike) - 0.5)).toBeLessThan(0.06);
  expect(discriminatorAuc(real, broken)).toBeGreaterThan(0.75);
});
