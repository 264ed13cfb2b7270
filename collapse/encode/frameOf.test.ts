import { expect, test } from "vitest";
import { aggregateOf } from "../count/aggregateOf.ts";
import { sumOf } from "../count/sumOf.ts";
import { seededRandom } from "../numerics/random.ts";
import { summariesOf } from "../testTables.ts";
import { quantilesFor } from "./edgesOf.ts";

const random = seededRandom(11, "frame");
const normals = (rows: number): number[] => Array.from({ length: rows }, () => random.normal());
const featureOf = (names: readonly { name: string }[], name: string): number =>
  names.findIndex((feature) => feature.name === name);

const countAtMost = (edges: Float64Array, value: number): number => {
  let count = 0;
  for (const edge of edges) if (edge <= value) count++;
  return count;
};

test("normal scores of the reference have mean 0 and standard deviation 1, whatever its shape", async () => {
  const x = normals(6_000);
  const reference = {
    normal: x,
    skewed: x.map((value) => Math.exp(3 * value)),
    zeros: x.map((value) => Math.max(0, value)),
    whole: x.map((value) => Math.round(value * 40)),
    huge: x.map((value) => value * 1e300),
    missing: x.map((value, row) => (row % 10 === 0 ? Number.NaN : value)),
  };
  const { frame, reference: counted } = await summariesOf({ reference, candidate: reference });
  const { mean, comoment, rows } = sumOf(counted.buckets);
  for (const name of Object.keys(reference)) {
    const feature = featureOf(frame.encoding.features, name);
    const present = name === "missing" ? 0.9 : 1;
    expect(Math.abs(mean[feature] ?? 1)).toBeLessThan(1e-4);
    expect((comoment[feature * (frame.encoding.width + 1)] ?? 0) / rows / present).toBeCloseTo(1, 3);
  }
});

test("scores rise with the value, within the edges and beyond them, up to 8", async () => {
  const x = normals(3_000);
  const candidate = Array.from({ length: 400 }, (_, row) => (row - 200) / 10);
  const { candidate: counted } = await summariesOf({
    reference: { x },
    candidate: { x: [...candidate, Infinity, -Infinity, 1e308] },
  });
  const { encoded, index } = counted.sample;
  const scores = new Float64Array(403);
  index.forEach((row, place) => {
    scores[row] = encoded[place] ?? 0;
  });
  for (let row = 1; row < 400; row++) expect(scores[row] ?? 0).toBeGreaterThanOrEqual(scores[row - 1] ?? 0);
  expect(scores[240] ?? 0).toBeGreaterThan((scores[239] ?? 0) + 0.05);
  expect([...scores.subarray(400)]).toEqual([8, -8, 8]);
});

test("edges are distinct, ascending and finite, and say the share of the reference below them", async () => {
  const x = [...normals(2_000).map((value) => Math.round(value * 50)), Infinity, -Infinity, Number.NaN];
  const { frame } = await summariesOf({ reference: { x }, candidate: { x } });
  const [variable] = frame.variables;
  if (variable?.kind !== "number") throw new Error("no number");
  const finite = x.filter((value) => Number.isFinite(value));
  variable.edges.forEach((edge, k) => {
    if (k > 0) expect(edge).toBeGreaterThan(variable.edges[k - 1] ?? 0);
    const below = finite.filter((value) => value < edge).length / finite.length;
    expect(variable.shareBelow[k]).toBeCloseTo(below, 12);
  });
  expect(variable.edges.length).toBeGreaterThan(150);
});

test("a value belongs to the bin of as many edges as are less than or equal to it", async () => {
  const x = normals(2_000);
  const reference = {
    plain: x,
    // Values crowd so near 0 that even cells leave nearly all edges in one.
    crowded: x.map((value) => value ** 9 * 1e200),
    longTail: x.map((value) => Math.exp(4 * value)),
    wide: x.map((value) => Math.sign(value) * 1.7e308 * Math.min(1, Math.abs(value))),
  };
  const { frame, reference: counted } = await summariesOf({ reference, candidate: reference });
  frame.variables.forEach((variable, index) => {
    if (variable.kind !== "number") throw new Error("no number");
    const column = Object.values(reference)[index] ?? [];
    const expected = Array.from(counted.sample.index, (row) => countAtMost(variable.edges, column[row] ?? 0));
    expect(Array.from(counted.sample.codes[index] ?? [])).toEqual(expected);
  });
});

test("a missing number scores 0 and raises its flag; a flag is there only where 0.1 % is missing", async () => {
  const x = normals(3_000).map((value, row) => (row % 100 === 0 ? Number.NaN : value));
  const y = normals(3_000).map((value, row) => (row < 2 ? Number.NaN : value));
  const { frame, reference } = await summariesOf({ reference: { x, y }, candidate: { x, y } });
  const names = frame.encoding.features.map(({ name }) => name);
  expect(names).toEqual(["x", "y", "x (missing)"]);
  const place = reference.sample.index.indexOf(100);
  const [score, , flag] = reference.sample.encoded.subarray(place * 3);
  expect([score, flag]).toEqual([0, 1]);
});

test("constant columns become no feature, and neither do columns without values", async () => {
  const rows = Array.from({ length: 500 }, (_, row) => row);
  const reference = {
    seven: rows.map(() => 7),
    word: rows.map(() => "same"),
    nothing: rows.map(() => Number.NaN),
    none: rows.map(() => null),
    x: rows,
  };
  const { frame } = await summariesOf({ reference, candidate: reference });
  expect(frame.encoding.features.map(({ name }) => name)).toEqual(["x"]);
  expect(frame.variables.length).toBe(5);
});

test("levels become one number each, 1 apart; over 16 of them the rest share columns", async () => {
  const c = Array.from({ length: 4_000 }, () => `v${Math.floor(30 * random.next() ** 2)}`);
  const few = c.map((value) => (value < "v2" ? "low" : "high"));
  const { frame, reference } = await summariesOf({ reference: { c, few }, candidate: { c, few } });
  const names = frame.encoding.features.map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("few"))).toEqual(
    expect.arrayContaining(["few (= low)", "few (= high)", "few (unseen)"]),
  );
  expect(names.filter((name) => name.startsWith("c (= "))).toHaveLength(16);
  expect(names).toContain("c (log frequency)");
  const { width } = frame.encoding;
  const low = featureOf(frame.encoding.features, "few (= low)");
  const high = featureOf(frame.encoding.features, "few (= high)");
  for (let row = 0; row < reference.sample.rows; row++) {
    const a = reference.sample.encoded[row * width + low] ?? 0;
    const b = reference.sample.encoded[row * width + high] ?? 0;
    expect(a * b).toBe(0);
    expect(a + b).toBeCloseTo(Math.SQRT1_2, 3);
    // Of the 16, and what the other 14 share, one is present.
    const present = names.filter(
      (name, feature) =>
        /^c \((= |other)/.test(name) && reference.sample.encoded[row * width + feature] !== 0,
    );
    expect(present).toHaveLength(1);
  }
});

test("levels come numbers ascending, strings by frequency and then by name", async () => {
  const { frame } = await summariesOf(
    {
      reference: { n: [3, 1, 2, 3, -0, Number.NaN], c: ["b", "c", "c", "a", null, "c"] },
      candidate: { n: [1], c: ["a"] },
    },
    1,
    { kinds: { n: "level" } },
  );
  const [n, c] = frame.variables;
  expect(n?.kind === "level" && n.levels).toEqual([0, 1, 2, 3]);
  expect(c?.kind === "level" && c.levels).toEqual(["c", "a", "b"]);
});

test("a number between two levels counts as the nearer one, off the grid; one far outside was never seen", async () => {
  const rooms = Array.from({ length: 400 }, (_, row) => 1 + (row % 4));
  const noisy = [1.02, 2.4, 2.6, 4.3, 9, -5, Number.POSITIVE_INFINITY, 3];
  const { frame, candidate } = await summariesOf({ reference: { rooms }, candidate: { rooms: noisy } }, 1, {
    kinds: { rooms: "level" },
  });
  const counts = candidate.buckets.map((bucket) => bucket.counts[0] ?? new Float64Array(6));
  const sums = Array.from({ length: 6 }, (_, code) => counts.reduce((sum, own) => sum + (own[code] ?? 0), 0));
  expect(frame.grids[0]).toBe(1);
  expect(sums).toEqual([1, 1, 2, 1, 3, 0]);
  const onGrid = (rows: Uint32Array) => aggregateOf(candidate.sample, rows, frame).onGrid[0];
  expect(candidate.buckets.reduce((sum, { onGrid: own }) => sum + (own[0] ?? 0), 0)).toBe(3);
  expect(onGrid(Uint32Array.from(noisy.keys()))).toBe(3);
});

test("a date is its instant, its day of the week and its hour, before 1970 too", async () => {
  // A Thursday at 00:00, a Wednesday at 23:00 before it, and 2024-02-29 12:00, a Thursday.
  const { frame, reference } = await summariesOf(
    { reference: { t: [0, -3_600, 1_709_208_000] }, candidate: { t: [0] } },
    1,
    { kinds: { t: "date" } },
  );
  expect(frame.variables.map(({ name }) => name)).toEqual(["t", "t (weekday)", "t (hour)"]);
  const [, weekday, hour] = frame.variables;
  expect(weekday?.kind === "level" && weekday.levels).toEqual([3, 4]);
  expect(hour?.kind === "level" && hour.levels).toEqual([0, 12, 23]);
  const place = reference.sample.index.indexOf(1);
  expect([reference.sample.codes[1]?.[place], reference.sample.codes[2]?.[place]]).toEqual([0, 2]);
});

test("classes of numbers are eighths of the reference; missing and unseen have the last", async () => {
  const x = normals(8_000);
  const { frame, reference } = await summariesOf({ reference: { x, y: x }, candidate: { x, y: x } });
  const { pairs } = sumOf(reference.buckets);
  const [pair] = pairs;
  for (let left = 0; left < 9; left++)
    for (let right = 0; right < 9; right++) {
      const rows = pair?.[left * 9 + right] ?? 0;
      if (left !== right || left === 8) expect(rows).toBe(0);
      else expect(Math.abs(rows - 1_000)).toBeLessThan(20);
    }
  expect(frame.classes[0]?.slice(-2)).toEqual(Uint8Array.of(8, 8));
});

test("of more than 200 pairs the strongest are counted", async () => {
  const base = normals(2_000);
  const table = Object.fromEntries(
    Array.from({ length: 24 }, (_, column) => [
      `c${column}`,
      // Odd columns follow the one before; all else is noise.
      column % 2 === 1 ? base.map((value) => value * column) : normals(2_000),
    ]),
  );
  const { frame } = await summariesOf({ reference: table, candidate: table });
  expect(frame.pairs).toHaveLength(200);
  for (let left = 1; left < 24; left += 2)
    for (let right = left + 2; right < 24; right += 2) expect(frame.pairs).toContainEqual({ left, right });
});

test("the grid of rounding is the coarsest that the reference keeps to, and rows on it are counted", async () => {
  const x = normals(1_000);
  const reference = {
    cents: x.map((value) => Math.round(value * 1e5) / 100),
    whole: x.map((value) => Math.round(value * 900)),
    free: x,
    mostlyZero: x.map((value, row) => (row % 50 === 0 ? Math.round(value * 1e4) / 1e3 : 0)),
  };
  const { frame, candidate } = await summariesOf({
    reference,
    candidate: { ...reference, cents: x.map((value) => value * 1e3) },
  });
  expect([...frame.grids]).toEqual([0.01, 1, 0, 0.001]);
  const { onGrid } = aggregateOf(
    candidate.sample,
    Uint32Array.from({ length: 1_000 }, (_, row) => row),
    frame,
  );
  expect(onGrid[0]).toBeLessThan(10);
  expect([...onGrid.subarray(1)]).toEqual([1_000, 0, 1_000]);
});

test("a table that would become too many features tells levels apart less finely", async () => {
  const table = Object.fromEntries(
    Array.from({ length: 30 }, (_, column) => [
      `c${column}`,
      Array.from({ length: 300 }, () => `${random.whole(25)}`),
    ]),
  );
  const { frame } = await summariesOf({ reference: table, candidate: table });
  expect(frame.encoding.width).toBeLessThanOrEqual(256);
  expect(new Set(frame.encoding.features.map(({ variable }) => variable)).size).toBe(30);
});

test("a very wide table is cut into fewer bins, never into so few that no shape is left", () => {
  expect([1, 256, 257, 1_000, 100_000].map(quantilesFor)).toEqual([1_024, 1_024, 512, 256, 16]);
});

test("a value that many rows share belongs to the eighth that its middle row lies in", async () => {
  const x = Array.from({ length: 1_000 }, (_, row) => Math.max(0, row - 599));
  const { frame, reference } = await summariesOf({ reference: { x }, candidate: { x } });
  const zero = reference.sample.index.findIndex((row) => row < 600);
  const code = reference.sample.codes[0]?.[zero] ?? 0;
  expect(frame.classes[0]?.[code]).toBe(2);
});
