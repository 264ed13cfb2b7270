import { expect, it } from "vitest";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { bootstrapSurvival, expectedBootstrapSurvival } from "./bootstrapSurvival.ts";
import { refitGaussian, type VarianceEstimator } from "./gaussianRefit.ts";
import { kdeVariances, silvermanBandwidth } from "./kdeVariance.ts";
import { type RowsPolicy, refitRegression } from "./linearRegression.ts";
import { expectedWordSurvival, wordSurvival } from "./wordSurvival.ts";

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;

/** Published medians (Shumailov et al. 2024, table of ours): draws, estimator, runs, generation → variance. */
const REFITS: readonly [number, VarianceEstimator, number, Readonly<Record<number, number>>][] = [
  [50, "maximum_likelihood", 300, { 10: 0.68, 50: 0.13, 100: 0.016 }],
  [100, "maximum_likelihood", 120, { 10: 0.82, 50: 0.36, 100: 0.135, 200: 0.016 }],
  [100, "unbiased", 120, { 10: 0.9, 50: 0.61, 100: 0.37, 200: 0.14 }],
  [1000, "maximum_likelihood", 20, { 10: 0.97, 50: 0.9, 100: 0.83, 200: 0.71 }],
];

it.each(REFITS)(
  "refits a normal distribution of %d draws (%s) to the published medians",
  (draws, estimator, runs, published) => {
    const random = seededRandom(1, `refit ${draws} ${estimator}`);
    const generations = Math.max(...Object.keys(published).map(Number));
    const all = Array.from({ length: runs }, () => refitGaussian({ draws, generations, estimator }, random));
    for (const [generation, expected] of Object.entries(published)) {
      const k = Number(generation);
      const variance = median(all.map(({ variances }) => variances[k] ?? 0));
      // Within four standard errors of a median of logarithms, and the rounding of what was published.
      const tolerance = (4 * 1.2533 * Math.sqrt((2 * k) / draws)) / Math.sqrt(runs) + 0.005 / expected;
      expect(Math.abs(Math.log(variance / expected))).toBeLessThan(tolerance);
      const typical = Math.exp((estimator === "unbiased" ? -k : -2 * k) / draws);
      expect(Math.abs(Math.log(variance / typical))).toBeLessThan(tolerance);
    }
  },
);

it("keeps the mean variance at 1 without bias and at (1 - 1/n)^k with maximum likelihood, the mean at √(k/n)", () => {
  const random = seededRandom(2, "refit means");
  const [draws, generations, runs] = [100, 10, 1200];
  for (const [estimator, expected] of [
    ["unbiased", 1],
    ["maximum_likelihood", 0.99 ** 10],
  ] as const) {
    const all = Array.from({ length: runs }, () => refitGaussian({ draws, generations, estimator }, random));
    // Standard deviation of a run's variance: √(2k/n) = 0.45; of its mean's square: √2 k/n.
    expect(mean(all.map(({ variances }) => variances[generations] ?? 0))).toBeCloseTo(expected, 1.3);
    expect(mean(all.map(({ means }) => (means[generations] ?? 0) ** 2))).toBeCloseTo(
      generations / draws,
      1.7,
    );
  }
});

it("loses the rows of a bootstrap of bootstraps as 1 - exp(-x) says", () => {
  const published = { 1: 0.632, 2: 0.469, 3: 0.374, 4: 0.312, 5: 0.268, 10: 0.158, 20: 0.088 };
  const expected = expectedBootstrapSurvival(20);
  const simulated = bootstrapSurvival({ rows: 50_000, generations: 20 }, seededRandom(3, "bootstrap"));
  for (const [generation, share] of Object.entries(published)) {
    expect(Math.abs((expected[Number(generation)] ?? 0) - share)).toBeLessThan(0.0006);
    expect(Math.abs((simulated[Number(generation)] ?? 0) - share)).toBeLessThan(0.005);
  }
});

it.each([
  [1, 0.27],
  [2, 0.46],
  [5, 0.79],
  [10, 0.96],
])("lets a word that occurs %d times survive five generations as the branching says", (count, published) => {
  expect(Math.abs(expectedWordSurvival(count, 5) - published)).toBeLessThan(0.006);
  const simulated = wordSurvival({ count, generations: 5, runs: 20_000 }, seededRandom(4, `word ${count}`));
  expect(Math.abs(simulated - expectedWordSurvival(count, 5))).toBeLessThan(0.014);
});

const REGRESSION = { features: 50, rows: 200, sd: 1, generations: 10 };

/** Means over twelve recursions of the error after each generation; a run's own spread is about a fifth of it. */
function regressionErrors(policy: RowsPolicy): number[] {
  const random = seededRandom(5, policy);
  const runs = Array.from({ length: 12 }, () => refitRegression({ ...REGRESSION, policy }, random));
  return Array.from({ length: REGRESSION.generations }, (_, at) =>
    mean(runs.map((errors) => errors[at] ?? 0)),
  );
}

it("lets the error of a regression grow by a constant where rows are replaced", () => {
  const errors = regressionErrors("replace");
  for (const [generation, published] of Object.entries({ 1: 0.33, 2: 0.67, 3: 1.02, 10: 3.18 })) {
    const error = errors[Number(generation) - 1] ?? 0;
    expect(Math.abs(error / published - 1)).toBeLessThan(0.2);
    expect(Math.abs(error / ((Number(generation) * 50) / 149) - 1)).toBeLessThan(0.2);
  }
});

it("bounds the error of a regression where rows accumulate", () => {
  const errors = regressionErrors("accumulate");
  for (const [generation, published] of Object.entries({ 1: 0.35, 2: 0.43, 3: 0.47, 10: 0.51 }))
    expect(Math.abs((errors[Number(generation) - 1] ?? 0) / published - 1)).toBeLessThan(0.15);
  expect(errors.at(-1)).toBeLessThan(((50 / 149) * Math.PI ** 2) / 6);
});

it.each([
  [1, 1.07],
  [0.2, 1],
])("blurs by kernel density at %d × Silverman: variance × %d a generation", (scale, published) => {
  const [draws, generations, runs] = [1000, 10, 30];
  const bandwidth = scale * silvermanBandwidth(draws);
  const random = seededRandom(6, `kde ${scale}`);
  const growth = Array.from({ length: runs }, () => {
    const variances = kdeVariances({ draws, generations, bandwidth }, random);
    return Math.log((variances[generations] ?? 0) / (variances[0] ?? 1)) / generations;
  });
  // A run's rate has a standard deviation of about √(2 / (n k)) = 0.014.
  const factor = Math.exp(mean(growth));
  expect(Math.abs(factor - (1 + bandwidth ** 2 - 1 / draws))).toBeLessThan(0.01);
  expect(Math.abs(factor - published)).toBeLessThan(0.01);
});
