import { expect, test } from "vitest";
import type { RowSample } from "../contracts/aggregates.ts";
import { type Draws, drawSides } from "./drawSides.ts";
import { splitRows } from "./splitRows.ts";

/** Rows of which every bucket holds the groups that fell to it. */
const sampleOf = (rows: number): RowSample => ({
  rows,
  index: Float64Array.from({ length: rows }, (_, row) => row),
  bucket: Uint8Array.from({ length: rows }, (_, row) => (row * 37) % 64),
  codes: [],
  encoded: new Float64Array(0),
  digest: new Float64Array(0),
  values: [],
});

function draw(realRows: number, candidateRows: number, seed = 1): Draws {
  const samples = { reference: sampleOf(realRows), candidate: sampleOf(candidateRows) };
  return drawSides(samples, splitRows(samples.reference, samples.candidate), { seed, pairs: 20 });
}

const rowsOf = (pieces: Draws["real"], side: readonly number[]): number[] =>
  side.flatMap((piece) => [...(pieces.rows[piece] ?? [])]);

test.each([
  [12_800, 12_800],
  [12_800, 700],
  [900, 5_000],
  [200, 20],
])("all sides of %i against %i rows have as many rows, and real ones share none", (real, candidate) => {
  const draws = draw(real, candidate);
  const expected = Math.min(candidate, real / 4);
  expect(draws.trainedRows).toBeGreaterThan(expected * 0.93);
  expect(draws.trainedRows).toBeLessThanOrEqual(expected);
  for (const { left, right, candidate: side } of draws.sides) {
    const leftRows = rowsOf(draws.real, left);
    const rightRows = rowsOf(draws.real, right);
    expect(leftRows).toHaveLength(draws.trainedRows);
    expect(rightRows).toHaveLength(draws.trainedRows);
    expect(rowsOf(draws.candidate, side)).toHaveLength(draws.trainedRows);
    expect(new Set([...leftRows, ...rightRows]).size).toBe(2 * draws.trainedRows);
  }
});

test("rows of a bucket train together, but for the buckets at the border of a side", () => {
  const draws = draw(12_800, 1_600);
  for (const { left, right } of draws.sides) {
    const bucketsOf = (side: readonly number[]) =>
      new Set(rowsOf(draws.real, side).map((row) => (row * 37) % 64));
    const shared = [...bucketsOf(left)].filter((bucket) => bucketsOf(right).has(bucket));
    expect(shared.length).toBeLessThanOrEqual(1);
  }
});

test("a seed draws the same sides again, another seed others", () => {
  expect(draw(3_000, 3_000).sides).toEqual(draw(3_000, 3_000).sides);
  expect(draw(3_000, 3_000, 2).sides).not.toEqual(draw(3_000, 3_000).sides);
});

test("no rows are no sides", () => {
  expect(draw(0, 100).trainedRows).toBe(0);
  expect(draw(100, 0).trainedRows).toBe(0);
});
