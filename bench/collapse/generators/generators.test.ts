import { expect, it } from "vitest";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { neighborDistances, pointsOf } from "../points.ts";
import { type BenchTable, columnNamed, momentsOf, textsOf } from "../table.ts";
import { covariateShift, floatRoundTrip, missingAtRandom } from "./benignShifts.ts";
import { bootstrapRecursion } from "./bootstrapRecursion.ts";
import { chainedTrees } from "./chainedTrees.ts";
import { copulaRecursion } from "./copulaRecursion.ts";
import { duplicateFlood } from "./duplicateFlood.ts";
import { independentMarginals } from "./independentMarginals.ts";
import { kdeRecursion } from "./kdeRecursion.ts";
import { labelFlip } from "./labelFlip.ts";
import { leastDenseDrop } from "./leastDenseDrop.ts";
import { mixtureRecursion } from "./mixtureRecursion.ts";
import { mixtureWithReal } from "./mixtureWithReal.ts";
import { modeDrop } from "./modeDrop.ts";
import { noise } from "./noise.ts";
import { rareCategoryDrop } from "./rareCategoryDrop.ts";
import { rounding } from "./rounding.ts";
import { shrink } from "./shrink.ts";
import { tailCut } from "./tailCut.ts";

const ROWS = 800;
const table = realTable();
const random = () => seededRandom(11, "generator");

/** y follows x by a parabola, which no correlation sees; z follows x in a line; the kind follows the sign of x. */
function realTable(): BenchTable {
  const draw = seededRandom(10, "real");
  const x = Float64Array.from({ length: ROWS }, () => draw.normal());
  const y = x.map((value) => value * value + 0.3 * draw.normal());
  const z = x.map((value) => 0.9 * value + 0.4 * draw.normal());
  const kind = Array.from(x, (value) => (draw.next() < 0.02 ? "rare" : value < 0 ? "low" : "high"));
  return {
    rows: ROWS,
    columns: [
      { name: "x", kind: "number", values: x },
      { name: "y", kind: "number", values: y },
      { name: "z", kind: "number", values: z },
      { name: "kind", kind: "category", values: kind },
    ],
  };
}

function numbers(of: BenchTable, name: string): Float64Array {
  const column = columnNamed(of, name);
  if (column.kind !== "number") throw new Error(`${name} is no column of numbers.`);
  return column.values;
}

const categories = (of: BenchTable): string[] => textsOf(columnNamed(of, "kind"));

function correlation(left: Float64Array, right: Float64Array): number {
  const [first, second] = [momentsOf(left), momentsOf(right)];
  const sum = left.reduce(
    (all, value, row) => all + (value - first.mean) * ((right[row] ?? 0) - second.mean),
    0,
  );
  return sum / left.length / first.sd / second.sd;
}

const linear = (of: BenchTable): number => correlation(numbers(of, "x"), numbers(of, "z"));
const parabolic = (of: BenchTable): number =>
  correlation(
    numbers(of, "x").map((value) => value * value),
    numbers(of, "y"),
  );
const rowTexts = (of: BenchTable): string[] =>
  Array.from({ length: of.rows }, (_, row) => of.columns.map(({ values }) => values[row]).join(","));
const distinctRows = (of: BenchTable): number => new Set(rowTexts(of)).size;
const spread = (of: BenchTable, name = "x"): number => momentsOf(numbers(of, name)).sd;
const kept = (of: BenchTable): number => {
  const real = new Set(rowTexts(table));
  return rowTexts(of).filter((row) => real.has(row)).length;
};

it("gives the same table for the same seed and another one for another", () => {
  for (const generate of [
    (seed: number) => mixtureRecursion(table, { components: 3, generations: 1 }, seededRandom(seed, "a")),
    (seed: number) => copulaRecursion(table, { generations: 1 }, seededRandom(seed, "a")),
    (seed: number) => chainedTrees(table, { depth: 6, minLeaf: 5 }, seededRandom(seed, "a")),
    (seed: number) => kdeRecursion(table, { bandwidth: 1, generations: 1 }, seededRandom(seed, "a")),
  ]) {
    expect(rowTexts(generate(1))).toEqual(rowTexts(generate(1)));
    expect(rowTexts(generate(1))).not.toEqual(rowTexts(generate(2)));
  }
});

it("keeps 63 % of the rows by one bootstrap and 27 % by five", () => {
  for (const [generations, share] of [
    [1, 0.632],
    [5, 0.268],
  ] as const) {
    const drawn = bootstrapRecursion(table, { generations }, random());
    expect(drawn.rows).toBe(ROWS);
    expect(distinctRows(drawn) / ROWS).toBeCloseTo(share, 1.2);
  }
});

it("keeps means, correlations and categories by a mixture, and loses what is not normal", () => {
  const drawn = mixtureRecursion(table, { components: 3, generations: 1 }, random());
  expect(momentsOf(numbers(drawn, "y")).mean).toBeCloseTo(momentsOf(numbers(table, "y")).mean, 0.7);
  expect(linear(drawn)).toBeGreaterThan(0.85);
  expect(kept(drawn)).toBe(0);
  const late = mixtureRecursion(table, { components: 3, generations: 8 }, random());
  const rare = (of: BenchTable): number => categories(of).filter((kind) => kind === "rare").length;
  expect(rare(drawn)).toBeGreaterThan(0);
  expect(parabolic(late)).toBeLessThan(parabolic(table));
});

it("widens columns of numbers by kernel density, more with each generation and with the width", () => {
  const once = spread(kdeRecursion(table, { bandwidth: 1, generations: 1 }, random()), "z");
  const often = spread(kdeRecursion(table, { bandwidth: 1, generations: 8 }, random()), "z");
  const narrow = spread(kdeRecursion(table, { bandwidth: 0.05, generations: 1 }, random()), "z");
  expect(once).toBeGreaterThan(spread(table, "z") * 1.02);
  expect(often).toBeGreaterThan(once * 1.2);
  expect(Math.abs(narrow / spread(table, "z") - 1)).toBeLessThan(0.06);
});

it("keeps every value and the linear tie by a Gaussian copula, and breaks the parabola", () => {
  const drawn = copulaRecursion(table, { generations: 1 }, random());
  const values = new Set(numbers(table, "y"));
  expect([...numbers(drawn, "y")].every((value) => values.has(value))).toBe(true);
  expect(linear(drawn)).toBeGreaterThan(0.85);
  expect(parabolic(table)).toBeGreaterThan(0.9);
  expect(Math.abs(parabolic(drawn))).toBeLessThan(0.2);
});

it("brings correlations to zero where marginals are independent, and leaves the columns as they were", () => {
  const all = independentMarginals(table, { share: 1 }, random());
  expect(Math.abs(linear(all))).toBeLessThan(0.12);
  expect([...numbers(all, "x")].sort()).toEqual([...numbers(table, "x")].sort());
  const half = independentMarginals(table, { share: 0.5 }, random());
  expect(linear(half)).toBeLessThan(0.7 * linear(table));
  expect(kept(half)).toBe(ROWS / 2);
});

it("cuts the tails of all columns of numbers", () => {
  const cut = tailCut(table, { share: 0.02 });
  expect(cut.rows).toBeLessThan(ROWS);
  expect(Math.max(...numbers(cut, "y"))).toBeLessThan(
    [...numbers(table, "y")].sort((a, b) => b - a)[10] ?? 0,
  );
  expect(kept(cut)).toBe(cut.rows);
});

it("drops the rows that lie loneliest", () => {
  const dense = leastDenseDrop(table, { share: 0.1 });
  expect(dense.rows).toBe(ROWS * 0.9);
  const farthest = (of: BenchTable): number => Math.max(...neighborDistances(pointsOf(of), 10));
  expect(farthest(dense)).toBeLessThan(0.7 * farthest(table));
});

it("drops the smallest clusters whole", () => {
  const [one, six] = [1, 6].map((dropped) => modeDrop(table, { clusters: 20, dropped }, random()).rows);
  expect(one).toBeLessThan(ROWS);
  expect(one).toBeGreaterThan(ROWS * 0.9);
  expect(six).toBeLessThan((one ?? 0) - 10);
});

it("drops the rows of rare categories and no others", () => {
  const common = rareCategoryDrop(table, { below: 0.05 });
  expect(new Set(categories(common))).toEqual(new Set(["low", "high"]));
  expect(common.rows).toBe(categories(table).filter((kind) => kind !== "rare").length);
});

it("shrinks numbers to their mean, or to that of their group", () => {
  expect(spread(shrink(table, { factor: 0.8 })) / spread(table)).toBeCloseTo(0.8, 10);
  const inGroups = shrink(table, { factor: 0.01, group: "kind" });
  expect(new Set(Array.from(numbers(inGroups, "x"), (value) => value.toFixed(1))).size).toBeLessThanOrEqual(
    4,
  );
  expect(momentsOf(numbers(inGroups, "x")).mean).toBeCloseTo(momentsOf(numbers(table, "x")).mean, 10);
});

it("floods a table with copies of few rows, exact or near", () => {
  const exact = duplicateFlood(table, { share: 0.2, sources: 3, jitter: 0 }, random());
  expect(distinctRows(exact)).toBe(ROWS * 0.8);
  const texts = rowTexts(exact);
  expect(new Set(texts.filter((text, row) => texts.indexOf(text) !== row)).size).toBe(3);
  const near = duplicateFlood(table, { share: 0.2, sources: 3, jitter: 0.001 }, random());
  expect(distinctRows(near)).toBe(ROWS);
  expect(kept(near)).toBe(ROWS * 0.8);
  const nearest = neighborDistances(pointsOf(near), 1).filter((distance) => distance < 0.005);
  expect(nearest.length).toBeGreaterThan(ROWS * 0.19);
});

it("adds noise of the asked scale", () => {
  const noisy = noise(table, { scale: 0.5 }, random());
  const added = numbers(noisy, "x").map((value, row) => value - (numbers(table, "x")[row] ?? 0));
  expect(momentsOf(added).sd / spread(table)).toBeCloseTo(0.5, 1);
  expect(categories(noisy)).toEqual(categories(table));
});

it("rounds to so many levels, about equally full", () => {
  const values = numbers(rounding(table, { levels: 4 }), "x");
  expect(new Set(values).size).toBe(4);
  const fullest = Math.max(
    ...[...new Set(values)].map((level) => values.filter((value) => value === level).length),
  );
  expect(fullest / ROWS).toBeCloseTo(0.25, 2);
});

it("flips the share of labels that it was asked for, of categories and of numbers", () => {
  for (const target of ["kind", "y"]) {
    const flipped = labelFlip(table, { share: 0.25, target }, random());
    const [before, after] = [textsOf(columnNamed(table, target)), textsOf(columnNamed(flipped, target))];
    expect(after.filter((value, row) => value !== before[row]).length).toBe(ROWS / 4);
    expect(numbers(flipped, "x")).toEqual(numbers(table, "x"));
  }
});

it("keeps the parabola by chained trees that are deep, and loses it by shallow ones", () => {
  const deep = chainedTrees(table, { depth: 10, minLeaf: 3 }, random());
  const shallow = chainedTrees(table, { depth: 1, minLeaf: 3 }, random());
  expect(parabolic(deep)).toBeGreaterThan(0.85);
  expect(parabolic(shallow)).toBeLessThan(0.7);
  const values = new Set(numbers(table, "z"));
  expect([...numbers(deep, "z")].every((value) => values.has(value))).toBe(true);
  expect(kept(deep)).toBeLessThan(ROWS * 0.2);
});

it("mixes as many real rows in as it was asked for", () => {
  const synthetic = noise(table, { scale: 1 }, random());
  const mixed = mixtureWithReal(synthetic, { real: table, realShare: 0.1 }, random());
  expect(mixed.rows).toBe(ROWS);
  expect(kept(mixed)).toBe(ROWS * 0.1);
});

it("shifts benignly: 32-bit numbers, a few missing ones, one half more frequent", () => {
  expect(numbers(floatRoundTrip(table), "x")[0]).toBe(Math.fround(numbers(table, "x")[0] ?? 0));
  const gaps = numbers(missingAtRandom(table, { share: 0.02 }, random()), "x").filter(Number.isNaN).length;
  expect(gaps / ROWS).toBeCloseTo(0.02, 1.7);
  const shifted = covariateShift(table, { factor: 1.5 }, random());
  const median = [...numbers(table, "x")].sort((a, b) => a - b)[ROWS / 2] ?? 0;
  const upper = numbers(shifted, "x").filter((value) => value >= median).length;
  expect(upper).toBe(ROWS / 2);
  expect(upper / (shifted.rows - upper)).toBeCloseTo(1.5, 0.5);
});

it("restores as many missing numbers as there were", () => {
  const gappy = missingAtRandom(table, { share: 0.1 }, random());
  for (const drawn of [
    copulaRecursion(gappy, { generations: 1 }, random()),
    mixtureRecursion(gappy, { components: 2, generations: 1 }, random()),
    chainedTrees(gappy, { depth: 6, minLeaf: 5 }, random()),
  ])
    expect(numbers(drawn, "y").filter(Number.isNaN).length / ROWS).toBeCloseTo(0.1, 1.2);
});
