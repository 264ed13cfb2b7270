import { expect, test } from "vitest";
import { PAIR_CLASSES } from "../contracts/aggregates.ts";
import { seededRandom, shuffledIndices } from "../numerics/random.ts";
import { measureCorrelationPreservation } from "./correlationPreservation.ts";
import { correlationRatio, cramer } from "./dependence.ts";
import { aggregateSome, type Columns, compared, countTable, drawn, valuesOf } from "./testTables.ts";

const random = seededRandom(1, "correlation preservation");

function related(rows: number, strength: number): Columns & { x: Float64Array } {
  const x = drawn(rows, () => random.normal());
  const y = x.map((value) => strength * value + random.normal());
  const z = y.map((value) => value + 2 * random.normal());
  const group = [...x].map((value) => (value > 0.5 ? "high" : value < -0.5 ? "low" : "middle"));
  const other = group.map((name) => (random.next() < 0.7 ? name : "any"));
  return { x, y, z, group, other };
}

/** Pearson's correlation of two columns of encoded rows. */
function pearson(rows: readonly (readonly number[])[], i: number, j: number): number {
  const mean = (k: number): number => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length;
  const [a, b] = [mean(i), mean(j)];
  const product = (k: number, l: number, p: number, q: number): number =>
    rows.reduce((sum, row) => sum + ((row[k] ?? 0) - p) * ((row[l] ?? 0) - q), 0);
  return product(i, j, a, b) / Math.sqrt(product(i, i, a, a) * product(j, j, b, b));
}

test("the matrix metrics are those of the encoded rows", async () => {
  const { frame, reference, sampled } = await countTable(related(600, 1));
  const sides = [0, 1].map((side) =>
    Uint32Array.from({ length: 250 + side * 50 }, (_, row) => 2 * row + side),
  );
  const [left, right] = sides.map((rows) => aggregateSome(sampled, rows, frame));
  if (!left || !right) throw new Error("two sides");
  const measured = valuesOf(measureCorrelationPreservation(frame, reference), left, right);
  const rowsOf = (chosen: Uint32Array): number[][] =>
    [...chosen].map((row) => [
      ...sampled.sample.encoded.subarray(row * frame.encoding.width, row * frame.encoding.width + 3),
    ]);
  const [r = [], c = []] = sides.map((rows) =>
    [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([i = 0, j = 0]) => pearson(rowsOf(rows), i, j)),
  );
  const qs = r.map((correlation, pair) => Math.atanh(correlation) - Math.atanh(c[pair] ?? 0));
  const variance = 1 / 247 + 1 / 297;
  const excess = Math.sqrt(qs.reduce((sum, q) => sum + Math.max(0, q ** 2 - variance), 0) / 3);
  expect(measured.get("fisher_excess")).toBeCloseTo(excess, 9);
  const norm = Math.sqrt(
    2 * r.reduce((sum, correlation, pair) => sum + (correlation - (c[pair] ?? 0)) ** 2, 0),
  );
  expect(measured.get("correlation_frobenius")).toBeCloseTo(norm, 9);
  const together = r.map((correlation, pair) => [correlation, c[pair] ?? 0]);
  expect(measured.get("correlation_of_correlations")).toBeCloseTo(pearson(together, 0, 1) - 1, 9);
  expect(measured.get("correlation_change x × y")).toBeCloseTo(-(qs[0] ?? 0), 9);
});

test("Cramér's V is Bergsma's of a textbook table", () => {
  // Chi-square from expected counts; correction by formula (8) of Bergsma 2013.
  const cells = [
    [30, 10, 5],
    [10, 40, 15],
  ];
  const table = new Float64Array(PAIR_CLASSES * PAIR_CLASSES);
  // What is missing on either side is left out.
  table[8] = 99;
  const n = 110;
  const rows = [45, 65];
  const columns = [40, 50, 20];
  let chiSquare = 0;
  for (const [i, row] of cells.entries())
    for (const [j, count] of row.entries()) {
      table[i * PAIR_CLASSES + j] = count;
      const expected = ((rows[i] ?? 0) * (columns[j] ?? 0)) / n;
      chiSquare += (count - expected) ** 2 / expected;
    }
  const phi = Math.max(0, chiSquare / n - 2 / (n - 1));
  expect(cramer(table)).toBeCloseTo(Math.sqrt(phi / Math.min(2 - 1 / (n - 1) - 1, 3 - 4 / (n - 1) - 1)), 12);
});

test("the correlation ratio is one less the ratio of the mean squares of the analysis of variance", () => {
  const groups = [
    [0, 1, 1, 2],
    [3, 4, 4, 5, 7],
    [2, 2],
  ];
  const all = groups.flat();
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0);
  const within = groups.reduce((sum, group) => sum + squares(group), 0);
  const table = new Float64Array(PAIR_CLASSES * PAIR_CLASSES);
  for (const [level, group] of groups.entries())
    for (const score of group) {
      const cell = score * PAIR_CLASSES + level;
      table[cell] = (table[cell] ?? 0) + 1;
    }
  const expected = 1 - within / (all.length - 3) / (squares(all) / (all.length - 1));
  expect(correlationRatio(table, PAIR_CLASSES, 1)).toBeCloseTo(expected, 12);
});

test("shuffled columns lose their dependence: all signs point down, and strong pairs are lost", async () => {
  const reference = related(3000, 1);
  const real = related(3000, 1);
  const shuffled = Object.fromEntries(
    Object.entries(real).map(([name, values]) => {
      const order = shuffledIndices(values.length, random);
      const taken = [...order].map((row) => values[row] ?? null);
      return [name, values instanceof Float64Array ? Float64Array.from(taken, Number) : taken.map(String)];
    }),
  );
  const measured = await compared(measureCorrelationPreservation, reference, shuffled);
  const good = await compared(measureCorrelationPreservation, reference, real);
  expect(measured.get("fisher_excess")).toBeGreaterThan(0.3);
  expect(measured.get("strong_pairs_lost")).toBe(1);
  expect(measured.get("correlation_change x × y")).toBeLessThan(-0.5);
  expect(measured.get("cramer_v_change group × other")).toBeLessThan(-0.3);
  expect(measured.get("eta_squared_change x × group")).toBeLessThan(-0.3);
  expect(measured.get("pair_tvd_excess x × group")).toBeGreaterThan(0.3);
  expect(good.get("fisher_excess")).toBeLessThan(0.1);
  expect(good.get("strong_pairs_lost")).toBe(0);
  expect(Math.abs(good.get("pair_tvd_excess x × group") ?? 9)).toBeLessThan(0.03);
});

test("a set beside itself shows no change", async () => {
  const { frame, reference } = await countTable(related(400, 1));
  for (const [name, value] of valuesOf(
    measureCorrelationPreservation(frame, reference),
    reference,
    reference,
  ))
    if (name.startsWith("pair_tvd")) expect(value).toBeLessThan(0);
    else expect(value).toBeCloseTo(0, 12);
});
