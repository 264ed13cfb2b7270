import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { findUnitChange } from "./findUnitChange.ts";
import type { Quantiles } from "./readQuantiles.ts";

/** Quantiles of `of` values that `draw` makes of a standard normal one. */
function quantilesOf(draw: (normal: number) => number, of: number, seed: number): Quantiles {
  const random = seededRandom(seed, "unit");
  const sorted = Float64Array.from({ length: of }, () => draw(random.normal())).sort();
  return {
    of,
    values: Array.from({ length: 99 }, (_, at) => sorted[Math.floor(((at + 1) / 100) * of)] ?? 0),
  };
}

const size = (normal: number): number => 20 + 5 * normal;
const signed = (normal: number): number => normal ** 3;
const income = (normal: number): number => Math.exp(8 + normal);

const FACTORS: readonly (readonly [number, string])[] = [
  [1_000, "1,000"],
  [0.001, "1/1,000"],
  [10, "10"],
  [60, "60"],
  [1 / 3_600, "1/3,600"],
  [2.54, "2.54"],
  [Math.PI / 180, "π/180"],
];

describe("a factor between units is named", () => {
  it.each(FACTORS)("%s", (factor, text) => {
    const scaled = (draw: (normal: number) => number): Quantiles =>
      quantilesOf((normal) => factor * draw(normal), 3_000, 2);
    expect(findUnitChange(quantilesOf(size, 3_000, 1), scaled(size))).toBe(text);
    // Of a wide distribution 1,000 and 1,024 cannot be told apart; that it is a unit can.
    expect(findUnitChange(quantilesOf(income, 3_000, 1), scaled(income))).not.toBeNull();
  });

  it("of values around zero, where it is large", () => {
    const candidate = quantilesOf((normal) => 1_000 * signed(normal), 3_000, 2);
    expect(findUnitChange(quantilesOf(signed, 3_000, 1), candidate)).toBe("1,000");
  });
});

describe("what is no change of unit is let through", () => {
  it.each<[string, (normal: number) => number]>([
    ["fresh rows", size],
    ["a spread that shrinks by a tenth", (normal) => 20 + 4.5 * normal],
    ["values a tenth smaller", (normal) => 0.9 * size(normal)],
    ["values doubled", (normal) => 2 * size(normal)],
    ["a thousandfold of another shape", (normal) => 20_000 + 1_000 * Math.sign(normal) * normal ** 2],
    ["a thousandfold with a spread that shrinks by a tenth", (normal) => 1_000 * (20 + 3 * normal)],
    ["a constant", () => 20],
    ["zeros", () => 0],
  ])("%s", (_, draw) => {
    expect(findUnitChange(quantilesOf(size, 3_000, 1), quantilesOf(draw, 3_000, 2))).toBeNull();
  });

  it("any spread that shrinks, and any shift, of at most a third", () => {
    const reference = quantilesOf(size, 2_000, 1);
    fc.assert(
      fc.property(
        fc.double({ min: 0.67, max: 1, noNaN: true }),
        fc.double({ min: -6, max: 6, noNaN: true }),
        (by, to) => {
          const candidate = quantilesOf((normal) => 20 + to + 5 * by * normal, 2_000, 3);
          expect(findUnitChange(reference, candidate)).toBeNull();
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([0.5, 1 / 2.54, 0.3, 0.1, 0.01])("values around zero that keep %s of their spread", (kept) => {
    const candidate = quantilesOf((normal) => kept * signed(normal), 3_000, 2);
    expect(findUnitChange(quantilesOf(signed, 3_000, 1), candidate)).toBeNull();
  });

  it("columns of which few values are known", () => {
    expect(findUnitChange(undefined, quantilesOf(size, 500, 1))).toBeNull();
    expect(findUnitChange(quantilesOf(size, 500, 1), undefined)).toBeNull();
  });

  it("columns that are mostly zero on both sides", () => {
    const counts = (normal: number): number => (normal < 1 ? 0 : Math.round(10 * normal));
    expect(
      findUnitChange(
        quantilesOf(counts, 3_000, 1),
        quantilesOf((it) => 10 * counts(it), 3_000, 2),
      ),
    ).toBeNull();
  });
});
