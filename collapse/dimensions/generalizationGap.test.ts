import fc from "fast-check";
import { expect, test } from "vitest";
import type { RowSample } from "../contracts/aggregates.ts";
import type { Pool, PoolDraw } from "../contracts/metrics.ts";
import { type Random, seededRandom } from "../numerics/random.ts";
import { areaUnderCurve } from "./discriminator.ts";
import { measureDiscriminator, measureNeighbors } from "./generalizationGap.ts";

type Rows = readonly (readonly number[])[];

const sampleOf = (rows: Rows): RowSample => ({
  rows: rows.length,
  index: Float64Array.from(rows, (_, row) => row),
  bucket: new Uint8Array(rows.length),
  codes: [],
  encoded: Float64Array.from(rows.flat()),
  digest: new Float64Array(rows.length),
  values: [],
});

const poolOf = (reference: Rows, candidate: Rows): Pool => ({
  width: reference[0]?.length ?? 0,
  reference: sampleOf(reference),
  candidate: sampleOf(candidate),
});

/** Masks of the pool's rows that `chosen` says. */
const sideOf = (length: number, chosen: (row: number) => boolean): Uint8Array =>
  Uint8Array.from({ length }, (_, row) => (chosen(row) ? 1 : 0));

const normals = (random: Random, rows: number, width: number, shape = (value: number) => value): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: width }, () => shape(random.normal())));

const distance = (a: readonly number[] = [], b: readonly number[] = []): number =>
  Math.sqrt(a.reduce((sum, value, k) => sum + (value - (b[k] ?? 0)) ** 2, 0));

/** Precision, recall and the ratio as Naeem and others define them, over all couples. */
function byDefinition(left: Rows, right: Rows): readonly number[] {
  const sorted = (row: readonly number[], side: Rows): number[] =>
    side
      .filter((other) => other !== row)
      .map((other) => distance(row, other))
      .sort((a, b) => a - b);
  const inBall = (row: readonly number[], side: Rows): boolean =>
    side.some((center) => distance(row, center) <= (sorted(center, side)[4] ?? 0));
  const share = (side: Rows, balls: Rows): number =>
    side.filter((row) => inBall(row, balls)).length / side.length;
  const nearest = (side: Rows): number =>
    side.reduce((sum, row) => sum + (sorted(row, side)[0] ?? 0), 0) / side.length;
  return [share(right, left), share(left, right), Math.log((nearest(right) + 1e-3) / (nearest(left) + 1e-3))];
}

function expectClose(values: Float64Array, expected: readonly number[]): void {
  expect(values.length).toBe(expected.length);
  for (const [key, value] of expected.entries()) expect(values[key]).toBeCloseTo(value, 9);
}

test("precision, recall and the nearest distances are those of all couples, for any mask", () => {
  const random = seededRandom(1, "generalization gap");
  const [reference, candidate] = [
    normals(random, 30, 3),
    normals(random, 26, 3, (value) => 0.7 * value + 0.2),
  ];
  const all = [...reference, ...candidate];
  const draw: PoolDraw = {
    left: sideOf(all.length, (row) => row < 30 && row % 3 !== 0),
    right: sideOf(all.length, (row) => row >= 30 && row % 4 !== 0),
  };
  const halves: PoolDraw = {
    left: sideOf(all.length, (row) => row < 30 && row % 2 === 0),
    right: sideOf(all.length, (row) => row < 30 && row % 2 === 1),
  };
  const measured = measureNeighbors.measure(poolOf(reference, candidate), {
    nulls: [halves],
    candidates: [draw],
  });
  const expected = ({ left, right }: PoolDraw): readonly number[] =>
    byDefinition(
      all.filter((_, row) => left[row] === 1),
      all.filter((_, row) => right[row] === 1),
    );
  expectClose(measured.candidates, expected(draw));
  expectClose(measured.nulls, expected(halves));
});

test("with more rows than a list holds, it still agrees with all couples", () => {
  const random = seededRandom(2, "generalization gap");
  const [reference, candidate] = [normals(random, 160, 4), normals(random, 160, 4, (value) => 1.3 * value)];
  const draw: PoolDraw = {
    left: sideOf(320, (row) => row < 160 && row % 2 === 0),
    right: sideOf(320, (row) => row >= 160 && row % 2 === 0),
  };
  const measured = measureNeighbors.measure(poolOf(reference, candidate), { nulls: [], candidates: [draw] });
  const even = (rows: Rows): Rows => rows.filter((_, row) => row % 2 === 0);
  expectClose(measured.candidates, byDefinition(even(reference), even(candidate)));
});

const wholeSides = (n: number, m: number): PoolDraw => ({
  left: sideOf(n + m, (row) => row < n),
  right: sideOf(n + m, (row) => row >= n),
});

function measured(
  reference: Rows,
  candidate: Rows,
): { precision: number; recall: number; nn1: number; auc: number } {
  const pool = poolOf(reference, candidate);
  const draws = { nulls: [], candidates: [wholeSides(reference.length, candidate.length)] };
  const [precision = 0, recall = 0, nn1 = 0] = measureNeighbors.measure(pool, draws).candidates;
  const [auc = 0] = measureDiscriminator.measure(pool, draws).candidates;
  return { precision, recall, nn1, auc };
}

test("a dropped mode costs recall, noise precision, copies bring neighbors near, and like rows are not told apart", () => {
  const random = seededRandom(3, "generalization gap");
  const modes = (rows: number, shares: readonly number[]): number[][] =>
    normals(random, rows, 4).map((row) => {
      const mode = random.next() < (shares[0] ?? 0) ? 0 : 6;
      return row.map((value) => value + mode);
    });
  const reference = modes(400, [0.5]);
  const same = measured(reference, modes(400, [0.5]));
  expect(same.precision).toBeGreaterThan(0.9);
  expect(same.recall).toBeGreaterThan(0.9);
  expect(Math.abs(same.nn1)).toBeLessThan(0.1);
  expect(Math.abs(same.auc - 0.5)).toBeLessThan(0.1);

  const dropped = measured(reference, modes(400, [1]));
  expect(dropped.recall).toBeLessThan(0.6);
  expect(dropped.precision).toBeGreaterThan(0.9);
  expect(dropped.auc).toBeGreaterThan(0.7);

  const noisy = measured(
    reference,
    modes(400, [0.5]).map((row) => row.map((value) => value + 3 * random.normal())),
  );
  expect(noisy.precision).toBeLessThan(0.5);
  expect(noisy.nn1).toBeGreaterThan(0.5);

  const fresh = modes(50, [0.5]);
  const copies = measured(
    reference,
    Array.from({ length: 400 }, (_, row) => fresh[row % 50] ?? []),
  );
  expect(copies.nn1).toBeLessThan(-4);
  expect(copies.recall).toBe(0);
});

test("the discriminator's null has the variance of Mann and Whitney's statistic, and each part of it the same median", () => {
  const random = seededRandom(4, "generalization gap");
  const nulls = Array.from({ length: 399 }, () => wholeSides(50, 50));
  const { nulls: values } = measureDiscriminator.measure(
    poolOf(normals(random, 50, 2), normals(random, 50, 2)),
    { nulls, candidates: [] },
  );
  const sdOf = (some: Float64Array): number =>
    Math.sqrt(some.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / some.length);
  expect(sdOf(values) / Math.sqrt(101 / (12 * 2500))).toBeCloseTo(1, 1);
  const median = (some: Float64Array): number => some.toSorted()[Math.floor(some.length / 2)] ?? 0;
  expect(median(values.subarray(0, 199))).toBeCloseTo(0.5, 3);
});

test("the area under the curve counts couples, ties as half", () => {
  const scores = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(scores, scores, (left, right) => {
      const wins = left.flatMap((a) => right.map((b): number => (b > a ? 1 : b === a ? 0.5 : 0)));
      const expected = wins.reduce((sum, win) => sum + win, 0) / wins.length;
      expect(areaUnderCurve(Float64Array.from(left), Float64Array.from(right))).toBeCloseTo(expected, 12);
    }),
  );
});

test("wide rows are projected: equal rows stay equal, and sides that differ are still told apart", () => {
  const random = seededRandom(5, "generalization gap");
  const reference = normals(random, 200, 90);
  const wide = measured(
    reference,
    normals(random, 200, 90, (value) => value + 1),
  );
  expect(wide.precision).toBeLessThan(0.5);
  const twice = Array.from({ length: 200 }, (_, row) => reference[row % 100] ?? []);
  expect(measured(reference, twice).nn1).toBeLessThan(-5);
});

test("too few rows are not computable, and equal rows no error", () => {
  const few = measured(
    [
      [0, 1],
      [1, 2],
    ],
    [[1, 1]],
  );
  expect(few.nn1).toBeNaN();
  expect(few.auc).toBeNaN();
  const constant = Array.from({ length: 40 }, () => [1, 1]);
  expect(measured(constant, constant)).toStrictEqual({ precision: 1, recall: 1, nn1: 0, auc: 0.5 });
});
