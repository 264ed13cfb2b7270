import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { measureDistributionFidelity } from "./distributionFidelity.ts";
import { compared, countTable, drawn, valuesOf } from "./testTables.ts";

const random = seededRandom(1, "distribution fidelity");
const skewed = (rows: number, scale = 1): Float64Array =>
  drawn(rows, () => scale * Math.exp(random.normal()));
const below = (values: Float64Array, edge: number): number =>
  values.filter((value) => value < edge).length / values.length;

test("ks and w1 of numbers are those of the raw values at the reference's edges", async () => {
  const [reference, other] = [skewed(700), skewed(400, 1.3)];
  const { frame } = await countTable({ age: reference });
  const [variable] = frame.variables;
  const edges = variable?.kind === "number" ? [...variable.edges] : [];
  const gaps = edges.map((edge) => Math.abs(below(reference, edge) - below(other, edge)));
  const measured = await compared(measureDistributionFidelity, { age: reference }, { age: other });
  expect(measured.get("ks age")).toBeCloseTo(Math.max(...gaps), 12);

  const middles = [
    edges[0] ?? 0,
    ...edges.slice(1).map((edge, k) => (edge + (edges[k] ?? 0)) / 2),
    edges.at(-1) ?? 0,
  ];
  const ends = [-Infinity, ...edges, Infinity];
  const shares = middles.map(
    (_, bin) => below(reference, ends[bin + 1] ?? 0) - below(reference, ends[bin] ?? 0),
  );
  const mean = shares.reduce((sum, p, bin) => sum + p * (middles[bin] ?? 0), 0);
  const variance = shares.reduce((sum, p, bin) => sum + p * ((middles[bin] ?? 0) - mean) ** 2, 0);
  const trapezoids = edges
    .slice(1)
    .map((edge, k) => ((edge - (edges[k] ?? 0)) * ((gaps[k] ?? 0) + (gaps[k + 1] ?? 0))) / 2);
  const area = trapezoids.reduce((sum, part) => sum + part, 0);
  expect(measured.get("w1 age")).toBeCloseTo(area / Math.sqrt(variance), 9);
});

test("w1 of levels is the exact cost of moving the rows, in standard deviations of the reference", async () => {
  // 0 0 1 1 5 5 5 5 → 0 1 1 1 1 5 5 5: sorted couples move by 0 1 0 0 4 0 0 0.
  const reference = Float64Array.of(0, 0, 1, 1, 5, 5, 5, 5);
  const other = Float64Array.of(0, 1, 1, 1, 1, 5, 5, 5);
  const measured = await compared(measureDistributionFidelity, { level: reference }, { level: other });
  const sd = Math.sqrt((2 * 2.75 ** 2 + 2 * 1.75 ** 2 + 4 * 2.25 ** 2) / 8);
  expect(measured.get("w1 level")).toBeCloseTo(5 / 8 / sd, 12);
});

test("total variation is ½ Σ |p − q| less its expectation by chance", async () => {
  const reference = [..."aaaaaabbbc"];
  const other = [..."aabbbbbbx"];
  const measured = await compared(measureDistributionFidelity, { letter: reference }, { letter: other });
  const distance = (Math.abs(0.6 - 2 / 9) + Math.abs(0.3 - 6 / 9) + 0.1 + 1 / 9) / 2;
  const root = Math.sqrt(1 / 10 + 1 / 9);
  // E|N(0, σ²)| / 2 of each share.
  const chance = [0.6, 0.3, 0.1].reduce(
    (sum, p) => sum + (Math.sqrt(2 / Math.PI) * Math.sqrt(p * (1 - p)) * root) / 2,
    0,
  );
  expect(measured.get("tvd_excess letter")).toBeCloseTo(distance - chance, 12);
});

test("coverage is the share of real rows found again, less what the rows left out of a sample would find", async () => {
  // 7 rows, of which 5 face as many: each row's code among 5 of the 6 others, by counting (Hurlbert).
  const reference = [..."aaabbcd"];
  const other = [..."aabbb"];
  const measured = await compared(measureDistributionFidelity, { letter: reference }, { letter: other });
  const choose = (n: number, k: number): number =>
    k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
  const missing =
    [3, 2, 1, 1].reduce((sum, rows) => sum + (rows * choose(6 - (rows - 1), 5)) / choose(6, 5), 0) / 7;
  expect(measured.get("coverage letter")).toBeCloseTo(5 / 7 - (1 - missing), 12);
});

test("coverage of equal sizes leaves out the share of rows seen once, as Good and Turing do", async () => {
  const measured = await compared(
    measureDistributionFidelity,
    { letter: [..."aaabbcd"] },
    { letter: [..."aaabbbb"] },
  );
  expect(measured.get("coverage letter")).toBeCloseTo(5 / 7 - (1 - 2 / 7), 12);
});

test("tails are log ratios of shares with half a row added", async () => {
  const reference = drawn(2000, (row) => row);
  const other = drawn(1000, (row) => 2 * row + 8);
  const measured = await compared(measureDistributionFidelity, { rank: reference }, { rank: other });
  const low = other.filter((value) => value < 50).length;
  expect(measured.get("tail_low_2_5 rank")).toBeCloseTo(Math.log((low + 0.5) / 1001 / (50.5 / 2001)), 12);
  expect(measured.get("tail_high_2_5 rank")).toBeGreaterThan(0);
});

test("a cut tail is below 0 on its own side, and a dropped mode lowers coverage", async () => {
  const values = drawn(4000, () => random.normal() + (random.next() < 0.5 ? 0 : 12));
  const cut = values.filter((value) => value > -1.5).slice(0, 3000);
  const measured = await compared(measureDistributionFidelity, { x: values }, { x: cut });
  expect(measured.get("tail_low_0_5 x")).toBeLessThan(-1);
  expect(Math.abs(measured.get("tail_high_0_5 x") ?? 9)).toBeLessThan(0.7);
  const dropped = await compared(
    measureDistributionFidelity,
    { x: values },
    { x: values.filter((value) => value < 6) },
  );
  expect(dropped.get("coverage x")).toBeLessThan(-0.4);
});

test("a set beside itself shows no distance", async () => {
  const columns = { x: skewed(500), level: drawn(500, () => random.whole(5)), letter: [..."ab".repeat(250)] };
  const { frame, reference } = await countTable(columns);
  const measured = valuesOf(measureDistributionFidelity(frame, reference), reference, reference);
  for (const [name, value] of measured)
    if (name.startsWith("tvd")) expect(value).toBeLessThan(0);
    else if (name.startsWith("coverage")) expect(value).toBeGreaterThanOrEqual(0);
    else expect(value === 0 || Number.isNaN(value)).toBe(true);
});

test("tails of columns that are mostly one value are not computable", async () => {
  const zeros = drawn(500, (row) => (row < 400 ? 0 : row));
  const measured = await compared(measureDistributionFidelity, { x: zeros }, { x: zeros });
  expect(measured.get("tail_low_2_5 x")).toBeNaN();
  expect(measured.get("tail_high_2_5 x")).toBe(0);
});
