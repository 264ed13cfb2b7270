import { expect, test } from "vitest";
import type { Aggregate } from "../contracts/aggregates.ts";
import { DIGESTS, digestCountsOf, duplicatesOf } from "../count/digestCounts.ts";
import { sumOf } from "../count/sumOf.ts";
import { type Random, seededRandom } from "../numerics/random.ts";
import { prepareUnions } from "./unite.ts";

const WIDTH = 3;

/** Counts of rows that nobody has seen: what is added up does not matter, only that it is. */
function unitOf(random: Random, rows: number): Aggregate {
  const wholes = (length: number): Float64Array =>
    Float64Array.from({ length }, () => (rows > 0 ? random.whole(9) : 0));
  const digests = digestCountsOf(Float64Array.from({ length: rows }, () => random.whole(40)));
  const products = Float64Array.from({ length: WIDTH * WIDTH }, () => random.normal());
  const symmetric = products.map(
    (value, cell) => value + (products[(cell % WIDTH) * WIDTH + Math.floor(cell / WIDTH)] ?? 0),
  );
  return {
    rows,
    counts: [wholes(5), wholes(2)],
    pairs: [wholes(81)],
    mean: Float64Array.from({ length: WIDTH }, () => random.normal()),
    comoment: symmetric,
    duplicates: duplicatesOf(digests, rows),
    digests,
    onGrid: wholes(2),
  };
}

const units = (() => {
  const random = seededRandom(1, "units");
  return [30, 1, 0, 17, 25, 60, 8, 13, 2, 44].map((rows) => unitOf(random, rows));
})();
const unitAt = (place: number): Aggregate => units[place] ?? unitOf(seededRandom(0, ""), 0);

function expectSame(united: Aggregate, summed: Aggregate): void {
  expect(united.rows).toBe(summed.rows);
  expect(united.duplicates).toBe(summed.duplicates);
  expect(united.counts).toEqual(summed.counts);
  expect(united.pairs).toEqual(summed.pairs);
  expect(united.onGrid).toEqual(summed.onGrid);
  for (const place of united.mean.keys())
    expect(united.mean[place]).toBeCloseTo(summed.mean[place] ?? Number.NaN, 12);
  for (const cell of united.comoment.keys())
    expect(united.comoment[cell]).toBeCloseTo(summed.comoment[cell] ?? Number.NaN, 9);
}

test("a union is the sum of its units, whichever are chosen, call after call", () => {
  const { unite } = prepareUnions(units);
  for (const chosen of [[0, 3, 4, 5, 6, 7, 8, 9, 1, 2], [5], [9, 0, 4], [2], [1, 6, 8, 3]])
    expectSame(unite(chosen), sumOf(chosen.map(unitAt)));
});

test("copies of which every unit kept its own share are counted of the share that all of them kept", () => {
  const spread = DIGESTS / 40;
  const kept = units.map(({ digests: { digests, rows }, ...unit }, place) => {
    const share = place === 3 ? 0.5 : 1;
    const of = digests.map((digest) => digest * spread).filter((digest) => digest < share * DIGESTS);
    return { ...unit, digests: { share, digests: of, rows: rows.slice(0, of.length) } };
  });
  const chosen = [0, 3, 5, 9];
  const united = prepareUnions(kept).unite(chosen);
  expect(united.duplicates).toBe(sumOf(chosen.map((place) => kept[place] ?? unitAt(0))).duplicates);
  expect(united.duplicates).toBeGreaterThan(0);
});

test("what one union leaves out is the union of the rest, to the last bit of every count", () => {
  const [left, right] = [prepareUnions(units), prepareUnions(units)];
  left.unite([4, 0, 9, 2]);
  const rest = [8, 1, 3, 5, 6, 7];
  expectSame(right.uniteRest(rest, left), sumOf(rest.map(unitAt)));
});
