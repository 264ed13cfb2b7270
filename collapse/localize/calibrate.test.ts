import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { conformalP, explains, findCut } from "./calibrate.ts";

const normals = (rows: number, seed: number, shift = 0): Float64Array => {
  const random = seededRandom(seed, "scores of a test");
  return Float64Array.from({ length: rows }, () => shift + random.normal());
};

test("of rows like real ones hardly ever any is flagged", () => {
  const runs = Array.from({ length: 200 }, (_, run) =>
    findCut(normals(400, 2 * run), normals(400, 2 * run + 1)),
  );
  expect(runs.filter(({ flagged }) => flagged > 0).length).toBeLessThanOrEqual(200 * 0.1);
});

test("of flagged rows one in ten, on average, is like real ones", () => {
  const shares = Array.from({ length: 60 }, (_, run) => {
    const real = normals(1_900, 3 * run);
    const scores = Float64Array.of(...real, ...normals(100, 3 * run + 1, 4));
    const { score, flagged } = findCut(scores, normals(2_000, 3 * run + 2));
    return real.filter((value) => value >= score).length / Math.max(1, flagged);
  });
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  expect(mean).toBeGreaterThan(0.03);
  expect(mean).toBeLessThan(0.12);
});

test("equal scores are flagged together or not at all, and the number of flagged rows is that at the cut", () => {
  const score = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(fc.array(score, { maxLength: 80 }), fc.array(score, { maxLength: 80 }), (some, real) => {
      const cut = findCut(Float64Array.from(some), Float64Array.from(real), 0.3);
      expect(cut.flagged).toBe(some.filter((value) => value >= cut.score).length);
      if (cut.flagged > 0) expect(cut.p).toBe(conformalP(cut.score, Float64Array.from(real).sort()));
    }),
  );
});

test("what could not be scored is neither flagged nor counted", () => {
  const real = Float64Array.of(...normals(300, 1), Number.NaN);
  const scores = Float64Array.of(...normals(300, 2), Number.NaN, Number.NaN);
  const cut = findCut(Float64Array.of(...scores, ...new Float64Array(40).fill(50)), real);
  expect(cut.flagged).toBeGreaterThanOrEqual(40);
  expect(cut.score).toBeGreaterThan(1);
});

test("few rows at the edge do not explain a table that is off as a whole", () => {
  const real = normals(3_000, 1);
  const few = { score: 9, p: 1 / 3_001, flagged: 60 };
  expect(explains(few, normals(3_000, 2, 1), real)).toBe(false);
  expect(explains(few, Float64Array.of(...normals(2_940, 3), ...new Float64Array(60).fill(9)), real)).toBe(
    true,
  );
});
