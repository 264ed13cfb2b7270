import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { calibrate } from "./calibrate.ts";

const normals = (count: number, mean: number, purpose: string): Float64Array => {
  const random = seededRandom(2, purpose);
  return Float64Array.from({ length: count }, () => 10 * (mean + random.normal()));
};

test("scores of two normal distributions become their log odds", () => {
  const { slope, shift } = calibrate(normals(40_000, 1, "first"), normals(40_000, -1, "second"));
  expect(10 * slope).toBeGreaterThan(1.95);
  expect(10 * slope).toBeLessThan(2.05);
  expect(Math.abs(shift)).toBeLessThan(0.05);
});

test("scores that are the wrong way round tell nothing", () => {
  expect(calibrate(normals(500, -1, "first"), normals(500, 1, "second")).slope).toBe(0);
});

test("scores that tell sides apart without fault get finite odds", () => {
  const { slope, shift } = calibrate(Float64Array.from([5, 6, 7]), Float64Array.from([-1, -2, -3]));
  expect(Number.isFinite(slope) && Number.isFinite(shift)).toBe(true);
  expect(slope).toBeGreaterThan(0);
});

test("equal scores tell nothing", () => {
  expect(calibrate(new Float64Array(9), new Float64Array(9))).toEqual({ slope: 0, shift: 0 });
});
