import { describe, expect, test } from "vitest";
import type { HarmResult } from "../contracts/harm.ts";
import { seededRandom, shuffledIndices } from "../numerics/random.ts";
import { type MemoryTable, summariesOf } from "../testTables.ts";
import { measureHarm } from "./measureHarm.ts";

type Numbers = Record<string, Float64Array>;

/** Two kinds of rows whose columns hang together by curves: what a copula or a straight line does not see. */
function realRows(rows: number, purpose: string): Numbers {
  const random = seededRandom(21, purpose);
  const table: Numbers = Object.fromEntries(
    ["x", "y", "curve", "sum", "kind"].map((name) => [name, new Float64Array(rows)]),
  );
  for (let row = 0; row < rows; row++) {
    const far = random.next() < 0.15 ? 4 : 0;
    const x = random.normal() + far;
    const y = 0.6 * x + random.normal();
    const values = {
      x,
      y,
      curve: x * x + 0.3 * random.normal(),
      sum: x + y + 0.3 * random.normal(),
      kind: far + random.normal(),
    };
    for (const [name, value] of Object.entries(values)) if (table[name]) table[name][row] = value;
  }
  return table;
}

const random = seededRandom(4, "changes");
const changed = (table: Numbers, change: (column: Float64Array) => Float64Array): Numbers =>
  Object.fromEntries(Object.entries(table).map(([name, column]) => [name, change(column)]));
const picked = (table: Numbers, rows: ArrayLike<number>): Numbers =>
  changed(table, (column) => Float64Array.from(rows, (row) => column[row] ?? 0));
const shuffled = (table: Numbers): Numbers =>
  changed(table, (column) => picked({ column }, shuffledIndices(column.length, random)).column ?? column);
const noisy = (table: Numbers): Numbers =>
  changed(table, (column) => column.map((value) => value + 1.5 * random.normal()));
const shrunk = (table: Numbers): Numbers =>
  changed(table, (column) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return column.map((value) => mean + 0.98 * (value - mean));
  });
const resampled = (table: Numbers): Numbers => {
  const rows = table.x?.length ?? 0;
  return picked(
    table,
    Uint32Array.from({ length: rows }, () => random.whole(rows)),
  );
};
const withoutMode = (table: Numbers): Numbers =>
  picked(
    table,
    Uint32Array.from(table.x ?? [], (_, row) => row).filter((row) => (table.x?.[row] ?? 0) < 2.5),
  );

async function harmOf(
  reference: MemoryTable,
  candidate: MemoryTable,
  target: string | null = null,
  pairs = 20,
) {
  const { frame, ...summaries } = await summariesOf({ reference, candidate });
  return measureHarm(summaries.reference, summaries.candidate, frame, { seed: 1, pairs, target });
}

const channelIn = (harm: HarmResult, name: string) => {
  const channel = harm.channels.find((one) => one.channel === name);
  if (!channel) throw new Error(`no channel ${name}`);
  return channel;
};

describe("of 1,400 real rows", () => {
  const real = realRows(1_400, "real");

  test("other real rows harm nothing: every eligible channel stays under its margin", async () => {
    const harm = await harmOf(realRows(2_000, "real"), realRows(2_000, "fresh"));
    expect(harm.channels.map(({ channel }) => channel)).toEqual([
      "mean",
      "worst_target",
      "tail",
      "tree_nats",
      "discriminator_nats",
    ]);
    for (const channel of harm.channels)
      expect(channel.value).toBeLessThan(channel.nullHigh + 2 * channel.nullSd);
    for (const name of ["mean", "worst_target", "tree_nats", "discriminator_nats"]) {
      const channel = channelIn(harm, name);
      expect(channel.eligible).toBe(true);
      expect(channel.high).toBeLessThan(channel.margin);
    }
    expect(harm.trainedRows).toBeGreaterThan(320);
    expect(harm.testedRows).toBeGreaterThan(640);
  });

  test("shuffled columns harm prediction and generation", async () => {
    const harm = await harmOf(real, shuffled(real));
    for (const name of ["mean", "worst_target", "tree_nats", "discriminator_nats"])
      expect(channelIn(harm, name).low).toBeGreaterThan(channelIn(harm, name).margin);
  });

  test("heavy noise harms prediction and generation", async () => {
    const harm = await harmOf(real, noisy(real));
    for (const name of ["mean", "tree_nats"])
      expect(channelIn(harm, name).low).toBeGreaterThan(channelIn(harm, name).margin);
  });

  test("a lost mode harms generation, and prediction of the outermost rows", async () => {
    const harm = await harmOf(real, withoutMode(real));
    expect(channelIn(harm, "tree_nats").low).toBeGreaterThan(0.05);
    expect(channelIn(harm, "worst_target").low).toBeGreaterThan(channelIn(harm, "worst_target").nullHigh);
    expect(channelIn(harm, "tail").low).toBeGreaterThan(channelIn(harm, "tail").margin);
  });

  test("a bootstrap of a bootstrap of a bootstrap harms generation, and its copies are set aside", async () => {
    const harm = await harmOf(real, resampled(resampled(resampled(real))));
    expect(harm.copies.ofCandidate).toBeGreaterThan(600);
    const { value, nullHigh, low } = channelIn(harm, "tree_nats");
    expect(low).toBeGreaterThan(0);
    expect(value).toBeGreaterThan(2 * nullHigh);
    expect(channelIn(harm, "mean").value).toBeGreaterThan(channelIn(harm, "mean").nullHigh);
  });

  test("shrinking by 2 % does not harm prediction", async () => {
    const harm = await harmOf(real, shrunk(realRows(1_400, "fresh")));
    expect(channelIn(harm, "mean").high).toBeLessThan(channelIn(harm, "mean").margin);
    expect(channelIn(harm, "worst_target").high).toBeLessThan(channelIn(harm, "worst_target").margin);
  });

  test("four values of 1,400 that lie far out in the candidate do not harm prediction", async () => {
    const fresh = realRows(1_400, "fresh");
    const harm = await harmOf(real, {
      ...fresh,
      y: (fresh.y ?? []).map((value, row) => (row % 400 === 7 ? 1e4 : value)),
    });
    for (const name of ["mean", "worst_target"])
      expect(channelIn(harm, name).high).toBeLessThan(channelIn(harm, name).margin);
  });

  test("a declared target is the subject of every predictive channel", async () => {
    const harm = await harmOf(real, shuffled(real), "curve");
    for (const name of ["mean", "worst_target", "tail"]) expect(channelIn(harm, name).subject).toBe("curve");
    expect(channelIn(harm, "mean").low).toBeGreaterThan(channelIn(harm, "mean").margin);
  });

  test("the tail is not eligible on fewer than 400 rows, and says how many it takes", async () => {
    const tail = channelIn(await harmOf(real, real, null, 4), "tail");
    expect(tail.eligible).toBe(false);
    expect(tail.rowsNeeded).toBeGreaterThanOrEqual(2_000);
  });

  test("a seed gives the same numbers again", async () => {
    const candidate = noisy(real);
    expect(await harmOf(real, candidate, null, 3)).toEqual(await harmOf(real, candidate, null, 3));
  });
});

describe("what cannot be measured is not eligible", () => {
  const few = realRows(200, "few");
  const cases: readonly [string, MemoryTable, MemoryTable][] = [
    ["a candidate of 20 rows", few, realRows(20, "twenty")],
    ["a candidate without rows", few, realRows(0, "none")],
    ["a reference of one row", realRows(1, "one"), few],
    [
      "constants",
      { a: new Float64Array(400).fill(1), b: Array(400).fill("x") },
      { a: new Float64Array(400).fill(2), b: Array(400).fill("y") },
    ],
    [
      "nothing but missing",
      { a: new Float64Array(400).fill(Number.NaN), b: Array(400).fill(null) },
      { a: new Float64Array(400), b: Array(400).fill("y") },
    ],
  ];
  test.each(cases)("%s", async (_, reference, candidate) => {
    const harm = await harmOf(reference, candidate);
    expect(harm.channels).toHaveLength(5);
    expect(harm.channels.filter(({ eligible }) => eligible)).toEqual([]);
    for (const { value, low, high, nullSd, nullHigh } of harm.channels)
      expect([value, low, high, nullSd, nullHigh].every(Number.isFinite)).toBe(true);
  });

  test("one column alone: nothing to predict from, but a distribution to generate", async () => {
    const harm = await harmOf({ x: realRows(1_400, "a").x ?? [] }, { x: realRows(1_400, "b").x ?? [] });
    for (const name of ["mean", "worst_target", "tail"]) expect(channelIn(harm, name).eligible).toBe(false);
    expect(channelIn(harm, "tree_nats").high).toBeLessThan(0.05);
  });
});
