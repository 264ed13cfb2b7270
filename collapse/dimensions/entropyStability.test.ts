import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { measureEntropyStability } from "./entropyStability.ts";
import { aggregateSome, compared, countTable, drawn, valuesOf } from "./testTables.ts";

const random = seededRandom(1, "entropy stability");

const choose = (n: number, k: number): number =>
  k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;

test("entropy is the plug-in estimate and (classes − 1) / 2n", async () => {
  const measured = await compared(
    measureEntropyStability,
    { letter: [..."aaaabbcd"] },
    { letter: [..."aaabb"] },
  );
  const plugIn = (shares: readonly number[]): number => -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
  const reference = plugIn([0.5, 0.25, 0.125, 0.125]) + 3 / 16;
  const other = plugIn([0.6, 0.4]) + 1 / 10;
  expect(measured.get("entropy_change letter")).toBeCloseTo(other - reference, 12);
});

test("richness and hapaxes are expected at the size of the smaller set (Hurlbert 1971)", async () => {
  const measured = await compared(
    measureEntropyStability,
    { letter: [..."aaaabbcd"] },
    { letter: [..."aaabc"] },
  );
  const richness = [4, 2, 1, 1].reduce((sum, count) => sum + 1 - choose(8 - count, 5) / choose(8, 5), 0);
  const hapaxes = [4, 2, 1, 1].reduce((sum, count) => sum + (count * choose(8 - count, 4)) / choose(8, 5), 0);
  expect(measured.get("richness letter")).toBeCloseTo(Math.log(3 / richness), 12);
  expect(measured.get("hapax_share letter")).toBeCloseTo((2 - hapaxes) / 5, 12);
});

test("the variance of a number is that of its normal score, that of levels their own", async () => {
  const columns = { x: drawn(800, () => random.normal()), level: drawn(800, () => random.whole(6) ** 2) };
  const { frame, reference, sampled } = await countTable(columns);
  const rows = Uint32Array.from({ length: 300 }, (_, row) => row);
  const other = aggregateSome(sampled, rows, frame);
  const measured = valuesOf(measureEntropyStability(frame, reference), reference, other);
  const varianceOf = (values: Float64Array): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  };
  const { width, encoders } = frame.encoding;
  const score = encoders[0]?.scoreFeature ?? 0;
  const scores = drawn(800, (row) => sampled.sample.encoded[row * width + score] ?? 0);
  expect(measured.get("log_variance_ratio x")).toBeCloseTo(
    Math.log(varianceOf(scores.subarray(0, 300)) / varianceOf(scores)),
    9,
  );
  const levels = drawn(300, (row) => columns.level[sampled.sample.index[row] ?? 0] ?? 0);
  expect(measured.get("log_variance_ratio level")).toBeCloseTo(
    Math.log(varianceOf(levels) / varianceOf(columns.level)),
    9,
  );
});

test("copies are duplicates, shrinking narrows, noise widens, rare levels that are gone are missed", async () => {
  const rare = (): string => `l${Math.floor(random.next() ** 3 * 300)}`;
  const draw = (rows: number) => ({
    x: drawn(rows, () => random.normal()),
    word: Array.from({ length: rows }, rare),
  });
  const real = draw(3000);
  const fresh = draw(3000);
  const copies = {
    x: drawn(3000, (row) => fresh.x[row % 1000] ?? 0),
    word: fresh.word.map((_, row) => fresh.word[row % 1000] ?? ""),
  };
  const copied = await compared(measureEntropyStability, real, copies);
  expect(copied.get("duplicate_excess")).toBeCloseTo(2 / 3, 2);
  expect(copied.get("richness word")).toBeLessThan(-0.05);
  const common = await compared(measureEntropyStability, real, {
    ...fresh,
    word: fresh.word.map((word) => (word.length > 3 ? "l0" : word)),
  });
  expect(common.get("richness word")).toBeLessThan(-0.5);
  expect(common.get("hapax_share word")).toBeLessThan(0);
  expect(common.get("entropy_change word")).toBeLessThan(-0.3);
  const shrunk = await compared(measureEntropyStability, real, {
    ...fresh,
    x: fresh.x.map((value) => 0.8 * value),
  });
  expect(shrunk.get("log_variance_ratio x")).toBeCloseTo(2 * Math.log(0.8), 1);
  expect(shrunk.get("entropy_change x")).toBeLessThan(-0.1);
  const noisy = await compared(measureEntropyStability, real, {
    ...fresh,
    x: fresh.x.map((value) => value + random.normal()),
  });
  expect(noisy.get("log_variance_ratio x")).toBeGreaterThan(0.5);
});

test("fresh real rows look as varied as the reference, whose bins were fitted to it", async () => {
  const draw = (): Float64Array => drawn(1500, () => Math.exp(random.normal()));
  const measured = await compared(measureEntropyStability, { x: draw() }, { x: draw() });
  expect(Math.abs(measured.get("entropy_change x") ?? 9)).toBeLessThan(0.06);
  expect(Math.abs(measured.get("richness x") ?? 9)).toBeLessThan(0.06);
});

test("a set beside itself shows no change", async () => {
  const { frame, reference } = await countTable({
    x: drawn(300, () => random.normal()),
    letter: [..."abc".repeat(100)],
  });
  for (const value of valuesOf(measureEntropyStability(frame, reference), reference, reference).values())
    expect(value).toBe(0);
});
