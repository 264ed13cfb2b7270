import { describe, expect, test } from "vitest";
import type { Measured } from "../contracts/metrics.ts";
import { rowsSchema } from "../contracts/rows.ts";
import { areaUnderCurve } from "../dimensions/discriminator.ts";
import { seededRandom } from "../numerics/random.ts";
import { summariesOf } from "../testTables.ts";
import { localizeRows } from "./localizeRows.ts";
import { searchRows } from "./searchRows.ts";
import { inputOf, planted, type Row, realRows, shuffledRows, tableOf } from "./testWorld.ts";

const ROWS = 1_200;
const reference = tableOf(realRows(ROWS, 1));
const good = realRows(ROWS, 2);
const other = realRows(ROWS, 3);

/** What the evidence shows where a table has a defect of that kind. */
const EVIDENCE = {
  duplicates: [seen("duplicate_excess", 9)],
  concentration: [seen("log_variance_ratio", -9)],
  crowding: [seen("nn1_ratio", -9)],
  joint: [seen("pair_tvd_excess", 9)],
} as const;

function seen(metric: string, z: number): Measured {
  const numbers = { value: 0, nullMedian: 0, nullLow: 0, nullHigh: 0, z };
  return { dimension: "generalization_gap", metric, subject: null, inEvidence: true, ...numbers };
}

const copies = (rows: number, jitter: number): Row[] => {
  const random = seededRandom(7, "copies of a test");
  return Array.from({ length: rows }, (_, at): Row => {
    const [size, weight, price, age, kind] = other[at % 3] ?? [0, 0, 0, 0, ""];
    return [size + jitter * random.normal(), weight, price, age + jitter * random.normal(), kind];
  });
};
const shrunken = (rows: number): Row[] =>
  other
    .slice(0, rows)
    .map(([size, weight, price, age, kind]) => [
      0.2 * size,
      0.2 * weight,
      0.8 + 0.2 * price,
      0.2 * age,
      kind,
    ]);

/** What is said of a candidate with planted rows, beside which these are. */
async function found(bad: readonly Row[], shown: keyof typeof EVIDENCE) {
  const { rows, places } = planted(good, bad);
  const evidence = { measured: EVIDENCE[shown], p: 0.005 };
  const input = await inputOf({ reference, candidate: tableOf(rows) }, { evidence });
  const said = await localizeRows(input);
  const { index } = input.tables.candidate.sample;
  const hits = [...places].filter((row) => said.flagged?.has(row)).length;
  const aucOf = (): number => {
    const { sample } = searchRows({ frame: input.frame, ...input.tables }, evidence, 1).scores;
    const split = (isBad: boolean): Float64Array =>
      sample.filter((_, place) => places.has(index[place] ?? -1) === isBad);
    return areaUnderCurve(split(false), split(true));
  };
  return { ...said, places, hits, aucOf };
}

describe("planted rows", () => {
  test.each([
    ["duplicates", 24, "duplicates", "rows are the same in every column", copies(24, 0), 0.95],
    ["concentration", 24, "crowding", "Rows crowd about it", copies(24, 0.001), 0.95],
    ["concentration", 60, "concentration", "nearer to the middle", shrunken(60), 0.95],
    ["joint", 24, "joint", "do not go together", shuffledRows(other, 4).slice(0, 24), 0.9],
    ["joint", 240, "joint", "do not go together", shuffledRows(other, 4).slice(0, 240), 0.9],
  ] as const)(
    "%s, %d rows: told from real ones, with few of these beside them",
    async (method, _, shown, says, bad, least) => {
      const { report, flagged, hits, aucOf } = await found(bad, shown);
      expect(aucOf()).toBeGreaterThanOrEqual(least);
      expect(report).toMatchObject({ found: "rows", method });
      expect(report.found === "rows" && report.items[0]?.reason).toContain(says);
      expect(hits / bad.length).toBeGreaterThan(0.4);
      expect(1 - hits / (flagged?.size ?? 1)).toBeLessThan(0.2);
    },
  );

  test("are reported worst first, with reasons that show no value and columns that the table has", async () => {
    const { report, flagged } = await found(shuffledRows(other, 4).slice(0, 240), "joint");
    if (report.found !== "rows") throw new Error("Rows are found");
    expect(rowsSchema.safeParse(report).success).toBe(true);
    expect(report.items).toHaveLength(100);
    expect(report.items.every(({ row }) => flagged?.has(row) === true)).toBe(true);
    expect(report.items.every(({ reason }) => !/cheap|dear/.test(reason))).toBe(true);
    expect(report.items.map(({ p }) => p)).toEqual(report.items.map(({ p }) => p).toSorted((a, b) => a - b));
    const named = new Set(report.items.flatMap(({ columns }) => columns));
    expect([...named].filter((name) => !(name in reference))).toEqual([]);
    expect(named.size).toBeGreaterThan(1);
    expect(report.map.reduce((sum, rows) => sum + rows, 0)).toBe(flagged?.size);
  });

  test("a column that alone is off is the one that is named", async () => {
    const bad = other
      .slice(0, 120)
      .map(([size, , price, age, kind]): Row => [size, -2 * size, price, age, kind]);
    const { report } = await found(
      bad.filter(([size]) => Math.abs(size) > 1),
      "joint",
    );
    if (report.found !== "rows") throw new Error("Rows are found");
    const first = report.items.filter(({ columns }) => columns[0] === "weight");
    expect(first.length / report.items.length).toBeGreaterThan(0.6);
  });

  test("of copies as many are spared as real rows would have", async () => {
    const { places, flagged } = await found(copies(24, 0), "duplicates");
    expect(flagged?.size).toBe(places.size - 3);
  });
});

describe("a candidate in which no row can be told", () => {
  test("is not localizable where it differs, and has nothing to find where it does not", async () => {
    const tables = { reference, candidate: tableOf(other) };
    expect((await localizeRows(await inputOf(tables))).report.found).toBe("not_localizable");
    const alike = await localizeRows(await inputOf(tables, { evidence: { measured: [], p: 0.4 } }));
    expect(alike).toMatchObject({ report: { found: "nothing_to_find" }, flagged: null });
  });

  test("natural copies are none", async () => {
    const coarse = (rows: readonly Row[]) =>
      tableOf(rows.map(([size, , , , kind]) => [Math.round(size), 0, 0, 0, kind]));
    const tables = { reference: coarse(good), candidate: coarse(other) };
    const evidence = { measured: [], p: 0.4 };
    expect((await localizeRows(await inputOf(tables, { evidence }))).report.found).toBe("nothing_to_find");
  });

  test("but too many rows lie in a cell, names that cell, and none of its values", async () => {
    const large = realRows(8 * ROWS, 5).filter(([size]) => size > 1.2);
    const { rows } = planted(other, large.slice(0, ROWS / 3));
    const { report } = await localizeRows(await inputOf({ reference, candidate: tableOf(rows) }));
    if (report.found !== "regions") throw new Error(`Regions are found, not ${report.found}`);
    expect(report.regions.some(({ says }) => says.startsWith("`size` in eighth 8"))).toBe(true);
    expect(report.regions.every(({ says, lift }) => !/dear|cheap/.test(says) && lift > 1.5)).toBe(true);
  });

  test.each([
    ["few rows", 150],
    ["no rows", 0],
  ])("%s calibrate nothing", async (_, rows) => {
    const tables = { reference, candidate: tableOf(other.slice(0, rows)) };
    expect((await localizeRows(await inputOf(tables))).report.found).toBe("not_localizable");
  });

  test("constant and missing columns harm nothing", async () => {
    const flat = (rows: readonly Row[]) =>
      tableOf(rows.map(([size]) => [size, 1, Number.NaN, Number.NaN, "same"]));
    const tables = { reference: flat(good), candidate: flat(other) };
    expect((await localizeRows(await inputOf(tables))).report.found).toBe("not_localizable");
  });
});

describe("a candidate larger than its sample", () => {
  const sampled = async (shown: keyof typeof EVIDENCE, bad: readonly Row[], blockRows: number) => {
    const { rows, places } = planted(good, bad);
    const tables = { reference, candidate: tableOf(rows) };
    const whole = await summariesOf(tables, 1);
    // As of a table of which a half was sampled.
    const sample = { ...whole.candidate.sample, rows: 600 };
    const candidate = { ...whole.candidate, sample };
    const over = { tables: { reference: whole.reference, candidate } };
    const evidence = { measured: EVIDENCE[shown], p: 0.005 };
    const said = await localizeRows(await inputOf(tables, { ...over, evidence }, blockRows));
    return { ...said, hits: [...places].filter((row) => said.flagged?.has(row)).length };
  };

  test.each([
    ["joint", shuffledRows(other, 4).slice(0, 120)],
    ["duplicates", copies(120, 0)],
  ] as const)("has all its rows scored, in one more pass, whatever the blocks: %s", async (method, bad) => {
    const [few, many] = [await sampled(method, bad, 16_384), await sampled(method, bad, 100)];
    expect(few.report).toMatchObject({ found: "rows", method });
    expect(few.hits).toBeGreaterThan(0.4 * bad.length);
    expect(many.report).toEqual(few.report);
  });
});
