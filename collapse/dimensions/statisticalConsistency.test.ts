import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { measureStatisticalConsistency } from "./statisticalConsistency.ts";
import { compared, countTable, drawn, valuesOf } from "./testTables.ts";

const random = seededRandom(1, "statistical consistency");

test("chi-square is Σ (observed − expected)² / expected less its degrees of freedom", async () => {
  const measured = await compared(
    measureStatisticalConsistency,
    { letter: [..."aaaaabbbcc"] },
    { letter: [..."aabbbbbbccccczzz"].slice(0, 15) },
  );
  const observed = [
    [5, 3, 2, 0],
    [2, 6, 5, 2],
  ];
  let sum = 0;
  for (const [table, row] of observed.entries())
    for (const [column, count] of row.entries()) {
      const both = (observed[0]?.[column] ?? 0) + (observed[1]?.[column] ?? 0);
      const expected = (both * (table === 0 ? 10 : 15)) / 25;
      sum += (count - expected) ** 2 / expected;
    }
  expect(measured.get("chi_square letter")).toBeCloseTo((sum - 3) * (1 / 10 + 1 / 15), 12);
});

/** Scholz and Stephens 1987, equation 7, as it is written: k samples, ties at midranks. */
function andersonDarling(samples: readonly (readonly number[])[]): number {
  const all = samples.flat();
  const total = all.length;
  const values = [...new Set(all)].sort((a, b) => a - b);
  const count = (some: readonly number[], test: (value: number) => boolean): number =>
    some.filter(test).length;
  const sums = samples.map((sample) => {
    const inner = values.reduce((sum, value) => {
      const ties = count(all, (one) => one === value);
      const m = count(sample, (one) => one < value) + count(sample, (one) => one === value) / 2;
      const b = count(all, (one) => one < value) + ties / 2;
      return (
        sum + ((ties / total) * (total * m - sample.length * b) ** 2) / (b * (total - b) - (total * ties) / 4)
      );
    }, 0);
    return inner / sample.length;
  });
  return ((total - 1) / total) * sums.reduce((sum, part) => sum + part, 0);
}

test("the formula of the test gives the published value of Scholz and Stephens' example", () => {
  // Smoothness of paper, four laboratories, 1987, section 7: A² = 8.3926 with ties at midranks.
  const laboratories = [
    [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0],
    [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8],
    [34.0, 35.0, 39.0, 40.0, 43.0, 43.0, 44.0, 45.0],
    [34.0, 34.8, 34.8, 35.4, 37.2, 37.8, 41.2, 42.8],
  ];
  expect(andersonDarling(laboratories)).toBeCloseTo(8.3926, 4);
});

test("Anderson-Darling and Mann-Whitney are those of the levels' rows", async () => {
  const [reference, other] = [drawn(60, () => random.whole(8)), drawn(40, () => random.whole(6) + 1)];
  // Every level has to be known.
  for (let level = 0; level < 8; level++) reference[level] = level;
  const measured = await compared(measureStatisticalConsistency, { level: reference }, { level: other });
  const root = 1 / 60 + 1 / 40;
  const squared = andersonDarling([[...reference], [...other]]);
  expect(measured.get("anderson_darling level")).toBeCloseTo((squared - 1) * root, 12);
  let wins = 0;
  for (const a of reference) for (const b of other) wins += b > a ? 1 : b === a ? 0.5 : 0;
  expect(measured.get("mann_whitney level")).toBeCloseTo(wins / 2400 - 0.5, 12);
});

test("rows outside, missing values and a broken grid are counted", async () => {
  const reference = {
    price: drawn(4000, () => Math.round(100 * random.next()) / 4),
    letter: Array.from({ length: 4000 }, () => "abc"[random.whole(3)] ?? ""),
  };
  const other = {
    price: reference.price.map((value, row) =>
      row % 10 === 0 ? Number.NaN : row % 4 === 1 ? value + 99.5 : value + 0.001,
    ),
    letter: reference.letter.map((letter, row) => (row % 5 === 0 ? null : row % 5 === 1 ? "new" : letter)),
  };
  const measured = await compared(measureStatisticalConsistency, reference, other);
  expect(measured.get("missing_rate_change price")).toBeCloseTo(0.1, 12);
  expect(measured.get("missing_rate_change letter")).toBeCloseTo(0.2, 12);
  expect(measured.get("constraint_violations letter")).toBeCloseTo(0.25, 12);
  expect(measured.get("constraint_violations price")).toBeGreaterThan(0.2);
  expect(measured.get("rounding_grid price")).toBeLessThan(-0.6);
  expect(measured.get("mann_whitney price")).toBeGreaterThan(0.1);
});

test("a set beside itself shows no change, and a single level that is replaced is a violation", async () => {
  const columns = { x: drawn(300, () => random.normal()), letter: [..."abc".repeat(100)] };
  const { frame, reference } = await countTable(columns);
  for (const [name, value] of valuesOf(measureStatisticalConsistency(frame, reference), reference, reference))
    if (name.startsWith("chi") || name.startsWith("anderson")) expect(value).toBeLessThan(0);
    else expect(value === 0 || Number.isNaN(value)).toBe(true);
  const constant = await compared(
    measureStatisticalConsistency,
    { letter: [..."aaaa"] },
    { letter: [..."abba"] },
  );
  expect(constant.get("constraint_violations letter")).toBe(0.5);
});
