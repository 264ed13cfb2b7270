import { expect, test } from "vitest";
import type { RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { purgeCopies } from "./purgeCopies.ts";
import { splitRows } from "./splitRows.ts";

const WIDTH = 3;

/** Rows in buckets one after the other, and a digest that equal rows share. */
function sampleOf(rows: readonly (readonly number[])[]): RowSample {
  return {
    rows: rows.length,
    index: Float64Array.from(rows, (_, row) => row),
    bucket: Uint8Array.from(rows, (_, row) => row % 64),
    codes: [],
    encoded: Float64Array.from(rows.flat()),
    digest: Float64Array.from(rows, (row) => row.reduce((sum, value, at) => sum + value * 7 ** at, 0)),
    values: [],
  };
}

function drawn(count: number, purpose: string): number[][] {
  const random = seededRandom(5, purpose);
  return Array.from({ length: count }, () => Array.from({ length: WIDTH }, () => random.normal()));
}

const purge = (real: number[][], other: number[][]) => {
  const [reference, candidate] = [sampleOf(real), sampleOf(other)];
  return purgeCopies(reference, candidate, WIDTH, splitRows(reference, candidate));
};

test("rows that equal a test row train nobody", () => {
  const real = drawn(640, "real");
  const { rows, ofCandidate } = purge(real, [...real.slice(0, 128), ...drawn(100, "other")]);
  expect(ofCandidate).toBeGreaterThanOrEqual(64);
  const test = new Set([...rows.test].map((row) => real[row]?.join()));
  for (const row of rows.candidate) if (row < 128) expect(test.has(real[row]?.join())).toBe(false);
});

test("where real rows repeat by nature, equal rows go and near ones stay", () => {
  const real = drawn(640, "real").map((row, at, all) => (at % 5 === 0 ? (all[0] ?? row) : row));
  const near = real.filter((_, row) => row % 64 >= 32).map((row) => row.map((value) => value + 1e-6));
  expect(purge(real, near).ofCandidate).toBe(0);
  const { ofCandidate, ofReference } = purge(real, real);
  expect(ofReference).toBeGreaterThan(40);
  expect(ofCandidate).toBeGreaterThan(320);
});

test("a row moved by a hair is a copy too", () => {
  const real = drawn(640, "real");
  const moved = real.filter((_, row) => row % 64 >= 32).map((row) => row.map((value) => value + 1e-6));
  expect(purge(real, moved).rows.candidate).toHaveLength(0);
});

test("of real rows about one in a hundred goes, by the same rule", () => {
  const { ofReference, ofCandidate } = purge(drawn(6400, "real"), drawn(3200, "other"));
  expect(ofReference).toBeGreaterThan(10);
  expect(ofReference).toBeLessThan(80);
  expect(Math.abs(ofReference - ofCandidate)).toBeLessThan(40);
});

test("nothing goes where most real rows have an equal anyway", () => {
  const coarse = drawn(640, "coarse").map((row) => row.map(Math.sign));
  const { ofCandidate, ofReference } = purge(coarse, coarse);
  expect([ofCandidate, ofReference]).toEqual([0, 0]);
});

test("tables without rows have no copies", () => {
  expect(purge([], [])).toMatchObject({ ofCandidate: 0, ofReference: 0 });
  expect(purge(drawn(3, "few"), [])).toMatchObject({ ofCandidate: 0 });
});
