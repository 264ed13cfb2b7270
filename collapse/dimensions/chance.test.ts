import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import {
  covarianceOfAbsolutes,
  totalVariationByChance,
  totalVariationSd,
  weightedBridgeSd,
} from "./chance.ts";
import { absentProbability, oncePresentProbability, rarefiedRichness } from "./rarefy.ts";

test("of two classes the total variation is one half-normal number", () => {
  const sigma = Math.sqrt(0.3 * 0.7);
  const share = Float64Array.of(0.3, 0.7);
  expect(totalVariationByChance(share)).toBeCloseTo(Math.sqrt(2 / Math.PI) * sigma, 12);
  expect(totalVariationSd(share)).toBeCloseTo(Math.sqrt(1 - 2 / Math.PI) * sigma, 12);
});

test("of many like classes the standard deviation goes on where classes are taken as independent", () => {
  const even = (classes: number): number => totalVariationSd(new Float64Array(classes).fill(1 / classes));
  expect(even(33) / even(32)).toBeCloseTo(1, 1);
});

test("absolute values of correlated normals vary together as Nabeya's formula says", () => {
  const random = seededRandom(1, "chance");
  const rho = -0.6;
  let [both, a, b] = [0, 0, 0];
  const draws = 40_000;
  for (let draw = 0; draw < draws; draw++) {
    const x = random.normal();
    const y = rho * x + Math.sqrt(1 - rho ** 2) * random.normal();
    both += Math.abs(x * 2 * y) / draws;
    a += Math.abs(x) / draws;
    b += Math.abs(2 * y) / draws;
  }
  expect(covarianceOfAbsolutes(1, 2, rho)).toBeCloseTo(both - a * b, 1);
  expect(covarianceOfAbsolutes(1, 2, 0)).toBe(0);
  expect(covarianceOfAbsolutes(1, 2, 1)).toBeCloseTo(2 * (1 - 2 / Math.PI), 12);
});

test("the bridge of one edge is a half-normal number, and two edges at one place are one", () => {
  const one = weightedBridgeSd(Float64Array.of(0.2), Float64Array.of(3));
  expect(one).toBeCloseTo(3 * Math.sqrt(0.16 * (1 - 2 / Math.PI)), 12);
  expect(weightedBridgeSd(Float64Array.of(0.2, 0.2), Float64Array.of(1, 2))).toBeCloseTo(one, 12);
});

test("rarefaction is what counting all subsets gives", () => {
  const rows = fc.array(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(rows, fc.nat(), (codes, some) => {
      const drawn = (some % codes.length) + 1;
      const subsets = Array.from({ length: 2 ** codes.length }, (_, mask) =>
        codes.filter((_, row) => (mask >> row) & 1),
      ).filter((subset) => subset.length === drawn);
      const shareOf = (test: (subset: readonly number[]) => boolean): number =>
        subsets.filter(test).length / subsets.length;
      const count = (subset: readonly number[]): number => subset.filter((code) => code === 0).length;
      const zeros = count(codes);
      expect(absentProbability(zeros, codes.length, drawn)).toBeCloseTo(
        shareOf((subset) => count(subset) === 0),
        9,
      );
      expect(oncePresentProbability(zeros, codes.length, drawn)).toBeCloseTo(
        shareOf((subset) => count(subset) === 1),
        9,
      );
      const counts = Float64Array.from([0, 1, 2], (code) => codes.filter((one) => one === code).length);
      const richness = subsets.reduce((sum, subset) => sum + new Set(subset).size, 0) / subsets.length;
      expect(rarefiedRichness(counts, 3, codes.length, drawn)).toBeCloseTo(richness, 9);
    }),
  );
});
