import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";
import { frameOf } from "../encode/frameOf.ts";
import { seededRandom } from "../numerics/random.ts";
import { type MemoryTable, memoryBlocks, planOf, summariesOf } from "../testTables.ts";
import { aggregateOf } from "./aggregateOf.ts";
import { finishTally } from "./finishTally.ts";
import { summarize } from "./summarize.ts";
import { sumOf } from "./sumOf.ts";
import { mergeTally, partsOf, startTally } from "./tally.ts";
import { tallyBlock } from "./tallyBlock.ts";

/** A digest of every byte of every number in it. */
function bytesOf(value: unknown): string {
  const hash = createHash("sha256");
  const add = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    else if (part instanceof Object) {
      for (const [key, inner] of Object.entries(part)) {
        hash.update(key);
        add(inner);
      }
    } else hash.update(`${part};`);
  };
  add(value);
  return hash.digest("hex");
}

/** A table of every kind of column, with what is hard about each. */
function mixedTable(rows: number, seed: number): MemoryTable {
  const random = seededRandom(seed, "mixed table");
  const hard = [Number.NaN, Infinity, -Infinity, -0, 1e308, -1e308, 5e-324];
  const numbers = Array.from({ length: rows }, () =>
    random.next() < 0.05 ? (hard[random.whole(hard.length)] ?? 0) : random.normal() * 3,
  );
  return {
    number: numbers,
    other: numbers.map((value) => (random.next() < 0.1 ? Number.NaN : value * 0.5 + random.normal())),
    third: numbers.map(() => random.normal()),
    constant: numbers.map(() => 7),
    absent: numbers.map(() => Number.NaN),
    rounded: numbers.map(() => Math.round(random.normal() * 100) / 100),
    level: numbers.map(() => (random.next() < 0.02 ? null : `level ${random.whole(5)}`)),
    many: numbers.map(() => `many ${Math.floor(90 * random.next() ** 3)}`),
    date: numbers.map(() => 1.7e9 + Math.floor(random.next() * 1e7)),
    group: numbers.map(() => `episode ${random.whole(40)}`),
  };
}
const OPTIONS = { kinds: { date: "date", many: "category" }, group: "group" } as const;

test("the size of blocks changes no byte of a frame or a summary", async () => {
  const tables = { reference: mixedTable(500, 1), candidate: mixedTable(300, 2) };
  const expected = await summariesOf(tables, 3, OPTIONS);
  for (const blockRows of [1, 37, 499]) {
    const cut = await summariesOf(tables, 3, { ...OPTIONS, blockRows });
    expect(bytesOf(cut)).toBe(bytesOf(expected));
  }
});

test("tallies of any parts, merged in any order, are the tally of the whole, byte for byte", async () => {
  const table = mixedTable(400, 4);
  const plan = planOf(table, OPTIONS);
  const frame = await frameOf(memoryBlocks(table, plan, 128), plan, 5);
  const options = { seed: 5, table: "candidate" } as const;
  const whole = bytesOf(await summarize(memoryBlocks(table, plan, 16_384), frame, plan, options));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 5 }), fc.infiniteStream(fc.nat()), async (parts, choices) => {
      const tallies = Array.from({ length: parts }, () => startTally(frame, plan, options));
      for await (const block of memoryBlocks(table, plan, 37)) {
        const tally = tallies[(choices.next().value ?? 0) % parts];
        if (tally) tallyBlock(tally, block);
      }
      const [first, ...rest] = tallies.reverse();
      if (!first) return;
      for (const other of rest) mergeTally(first, partsOf(other));
      expect(bytesOf(finishTally(first))).toBe(whole);
    }),
    { numRuns: 8 },
  );
});

/** Everything that counts agree on to the last bit, and the moments to rounding. */
function expectSame(found: Aggregate, expected: Aggregate): void {
  expect(found.rows).toBe(expected.rows);
  expect(found.counts).toEqual(expected.counts);
  expect(found.pairs).toEqual(expected.pairs);
  expect(found.onGrid).toEqual(expected.onGrid);
  expect(found.duplicates).toBe(expected.duplicates);
  expect(found.digests).toEqual(expected.digests);
  for (const key of ["mean", "comoment"] as const)
    found[key].forEach((value, index) => {
      const other = expected[key][index] ?? 0;
      expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-12 * Math.max(expected.rows, 1));
    });
}

test("the sum of the buckets is the aggregate of all rows, and so is that of each bucket alone", async () => {
  const { frame, reference } = await summariesOf(
    { reference: mixedTable(800, 6), candidate: mixedTable(10, 7) },
    1,
    OPTIONS,
  );
  const { sample } = reference;
  const all = Uint32Array.from({ length: sample.rows }, (_, row) => row);
  expectSame(sumOf(reference.buckets), aggregateOf(sample, all, frame));
  for (const bucket of [0, 17, 63]) {
    const rows = all.filter((row) => sample.bucket[row] === bucket);
    const own = reference.buckets[bucket];
    if (own) expectSame(own, aggregateOf(sample, rows, frame));
  }
});

test("co-moments are those of the encoded rows, computed the plain way", async () => {
  const { frame, reference } = await summariesOf(
    { reference: mixedTable(400, 8), candidate: mixedTable(10, 9) },
    1,
    OPTIONS,
  );
  const { width } = frame.encoding;
  const { encoded, rows } = reference.sample;
  const at = (row: number, feature: number): number => encoded[row * width + feature] ?? 0;
  const { mean, comoment } = sumOf(reference.buckets);
  for (let a = 0; a < width; a += 5)
    for (let b = 0; b < width; b += 3) {
      let sum = 0;
      for (let row = 0; row < rows; row++)
        sum += (at(row, a) - (mean[a] ?? 0)) * (at(row, b) - (mean[b] ?? 0));
      expect(comoment[a * width + b]).toBeCloseTo(sum, 8);
    }
});

test("groups are never split between buckets", async () => {
  const table = mixedTable(600, 10);
  const { frame, reference } = await summariesOf(
    { reference: table, candidate: mixedTable(10, 1) },
    1,
    OPTIONS,
  );
  expect(frame.variables.map(({ name }) => name)).not.toContain("group");
  const bucketOf = new Map<string | number | null | undefined, number | undefined>();
  reference.sample.index.forEach((index, row) => {
    const group = table.group?.[index];
    expect(bucketOf.get(group) ?? reference.sample.bucket[row]).toBe(reference.sample.bucket[row]);
    bucketOf.set(group, reference.sample.bucket[row]);
  });
  expect(new Set(bucketOf.values()).size).toBeGreaterThan(15);
});

test("duplicates are rows equal in every analyzed column, also across buckets", async () => {
  const rows = Array.from({ length: 300 }, (_, row) => row % 100);
  const table = { x: rows.map((row) => row * 1.5), c: rows.map((row) => `${row % 10}`) };
  const { reference, candidate } = await summariesOf({
    reference: table,
    candidate: { x: [0, -0, Number.NaN, Number.NaN, 1, 2], c: ["a", "a", "b", "b", "c", null] },
  });
  expect(sumOf(reference.buckets).duplicates).toBe(200);
  expect(sumOf(candidate.buckets).duplicates).toBe(2);
});

test("duplicates of very many rows are estimated of a share of them", async () => {
  const rows = Array.from({ length: 120_000 }, (_, row) => (row < 18_000 ? row % 9_000 : row));
  const { candidate } = await summariesOf({ reference: { x: [1, 2, 3] }, candidate: { x: rows } });
  const whole = sumOf(candidate.buckets);
  expect(whole.digests.share).toBeLessThan(1);
  expect(whole.digests.digests.length).toBeLessThanOrEqual(65_536);
  expect(whole.duplicates / 9_000).toBeGreaterThan(0.9);
  expect(whole.duplicates / 9_000).toBeLessThan(1.1);
});

const countsOf = (frame: Frame, aggregate: Aggregate, name: string) => {
  const index = frame.variables.findIndex((variable) => variable.name === name);
  const variable = frame.variables[index];
  if (!variable) throw new Error(`no variable ${name}`);
  return { ...codesOf(variable), counts: aggregate.counts[index] ?? new Float64Array(0) };
};

test("levels that the reference never had are unseen, and missing ones missing", async () => {
  const { frame, candidate } = await summariesOf({
    reference: { c: ["a", "b", "a", null], n: [1, 2, 3, 4] },
    candidate: { c: ["a", "new", "newer", null], n: [-5, 99, Number.NaN, Infinity] },
  });
  const all = sumOf(candidate.buckets);
  const levels = countsOf(frame, all, "c");
  expect([...levels.counts]).toEqual([1, 0, 2, 1]);
  const numbers = countsOf(frame, all, "n");
  expect(numbers.counts[0]).toBe(1);
  expect(numbers.counts[numbers.bins - 1]).toBe(2);
  expect(numbers.counts[numbers.missing]).toBe(1);
  expect(numbers.counts[numbers.unseen]).toBe(0);
});

test("tables of nothing, of one row and of columns without values are counted without a complaint", async () => {
  const { frame, reference, candidate } = await summariesOf({
    reference: { x: [Number.NaN], c: [null], k: [5] },
    candidate: { x: [], c: [], k: [] },
  });
  expect(frame.encoding.width).toBe(0);
  expect(sumOf(reference.buckets).rows).toBe(1);
  const nothing = sumOf(candidate.buckets);
  expect(nothing.rows).toBe(0);
  expect(nothing.duplicates).toBe(0);
  expect(sumOf([]).rows).toBe(0);
  const chosen = aggregateOf(candidate.sample, new Uint32Array(0), frame);
  expect(chosen.mean).toEqual(nothing.mean);
});

test("the sample is of the least hashes: it is the same whatever rows come first, and any start of it is spread out", async () => {
  const x = Array.from({ length: 60_000 }, (_, row) => row);
  const { reference } = await summariesOf({ reference: { x }, candidate: { x: [1] } });
  const { index, rows } = reference.sample;
  expect(rows).toBe(50_000);
  expect(new Set(index).size).toBe(50_000);
  const start = index.subarray(0, 1_000);
  const mean = start.reduce((sum, row) => sum + row, 0) / 1_000;
  // Sd of the mean of 1,000 of 60,000: 548.
  expect(Math.abs(mean - 30_000)).toBeLessThan(2_500);
});

test("rows fall into buckets as by chance: as many in each, neighbors apart, and so at any start of the sample", async () => {
  const x = Array.from({ length: 19_200 }, (_, row) => row);
  const { reference } = await summariesOf({ reference: { x }, candidate: { x: [1] } });
  const { bucket, index } = reference.sample;
  const unevenness = (rows: Uint8Array): number => {
    const counts = new Float64Array(64);
    for (const one of rows) counts[one] = (counts[one] ?? 0) + 1;
    return counts.reduce((sum, count) => sum + (count - rows.length / 64) ** 2 / (rows.length / 64), 0);
  };
  // Chi-square of 63 degrees of freedom: 63, give or take 11.
  for (const rows of [bucket, bucket.subarray(0, 6_400)]) {
    expect(unevenness(rows)).toBeGreaterThan(20);
    expect(unevenness(rows)).toBeLessThan(130);
  }
  const byRow = new Uint8Array(19_200);
  index.forEach((row, place) => {
    byRow[row] = bucket[place] ?? 0;
  });
  const alike = byRow.reduce((sum, one, row) => sum + (one === byRow[row - 1] ? 1 : 0), 0);
  // One pair of neighbors in 64, which is 300, give or take 17.
  expect(Math.abs(alike - 300)).toBeLessThan(90);
});
