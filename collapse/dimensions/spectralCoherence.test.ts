import { expect, test } from "vitest";
import type { Aggregate } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { correlationAt } from "./correlations.ts";
import { measureSpectralCoherence } from "./spectralCoherence.ts";
import { aggregateSome, compared, countTable, drawn, valuesOf } from "./testTables.ts";

const random = seededRandom(1, "spectral coherence");

const two = (rows: number, strength: number) => {
  const x = drawn(rows, () => random.normal());
  return { x, y: x.map((value) => strength * value + 0.4 * random.normal()) };
};

test("of two variables all is the closed form of the eigenvalues 1 ± |r|", async () => {
  const { frame, reference, sampled } = await countTable(two(600, 1));
  const sides = [0, 1].map((side) =>
    aggregateSome(
      sampled,
      Uint32Array.from({ length: 200 }, (_, row) => 3 * row + side),
      frame,
    ),
  );
  const [left, right] = sides;
  if (!left || !right) throw new Error("two sides");
  const measured = valuesOf(measureSpectralCoherence(frame, reference), left, right);
  const valuesOfSide = (side: Aggregate): number[] => {
    const r = Math.abs(correlationAt(side, 0, 1));
    return [1 + r, 1 - r];
  };
  const [a, b] = [valuesOfSide(left), valuesOfSide(right)];
  const logs = a.map((value, k) => Math.log(((b[k] ?? 0) + 1e-4) / (value + 1e-4)) ** 2);
  expect(measured.get("log_eigenvalue_rms")).toBeCloseTo(Math.sqrt(((logs[0] ?? 0) + (logs[1] ?? 0)) / 2), 9);
  const entropy = (values: readonly number[]): number =>
    -values.reduce((sum, value) => sum + (value / 2) * Math.log(value / 2), 0);
  expect(measured.get("effective_rank")).toBeCloseTo(entropy(b) - entropy(a), 9);
  // Both lean along the diagonal, and both have one value over (1 + √(2 / 200))².
  expect(measured.get("subspace_overlap")).toBeCloseTo(0, 9);
  expect(measured.get("eigenvalues_over_edge")).toBe(0);
});

test("a correlation that turned round has no direction in common, one that is gone none over the edge", async () => {
  const turned = await compared(measureSpectralCoherence, two(2000, 1), two(2000, -1));
  expect(turned.get("subspace_overlap")).toBeCloseTo(-1, 6);
  expect(Math.abs(turned.get("log_eigenvalue_rms") ?? 9)).toBeLessThan(0.2);
  const gone = await compared(measureSpectralCoherence, two(2000, 1), two(2000, 0));
  expect(gone.get("eigenvalues_over_edge")).toBe(-1);
  expect(gone.get("effective_rank")).toBeGreaterThan(0.3);
  expect(gone.get("log_eigenvalue_rms")).toBeGreaterThan(1);
  const merged = await compared(measureSpectralCoherence, two(2000, 0.5), two(2000, 2));
  expect(merged.get("effective_rank")).toBeLessThan(-0.2);
});

test("subspaces overlap as Σ (u·v)² says of a plane tilted by a known angle", async () => {
  // Two pairs and a fifth, alone: the two pairs' directions hold 90 %; in the other set the second pair is broken.
  const [reference, other] = [1, 1].map(() => drawn(3000, () => random.normal()));
  const five = (seed: Float64Array | undefined, second: number) => {
    const x = seed ?? new Float64Array(0);
    const z = x.map(() => random.normal());
    return {
      a: x,
      b: x.map((value) => value + 0.1 * random.normal()),
      c: z,
      d: z.map((value) => second * value + 0.1 * random.normal()),
    };
  };
  const measured = await compared(measureSpectralCoherence, five(reference, 1), five(other, -1));
  // (1, 1) of the second pair became (1, −1): one of two directions is lost.
  expect(measured.get("subspace_overlap")).toBeCloseTo(-0.5, 1);
});

test("a set beside itself shows no difference, and one column has no spectrum", async () => {
  const { frame, reference } = await countTable(two(300, 1));
  for (const value of valuesOf(measureSpectralCoherence(frame, reference), reference, reference).values())
    expect(value).toBeCloseTo(0, 9);
  const alone = await compared(measureSpectralCoherence, { x: two(100, 1).x }, { x: two(100, 1).x });
  for (const value of alone.values()) expect(value).toBeNaN();
});
