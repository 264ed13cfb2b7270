import { describe, expect, it } from "vitest";
import { noteDrift } from "./noteDrift.ts";
import { planColumns } from "./planColumns.ts";
import { splitTable, timeSqlOf } from "./splitTable.ts";
import { failureIn, openForTest, successIn, testFolder, testOptions } from "./testFiles.ts";
import { blocksOf, valuesOf } from "./testPlan.ts";

/** Rows whose times are not in the order of the file; some have none. */
async function tableOf(timeOf: (at: number) => string, numberAt: (at: number) => number) {
  const rows = Array.from(
    { length: 2_000 },
    (_, at) => `${timeOf((at * 7919) % 2_000)},${numberAt((at * 7919) % 2_000)}`,
  );
  const table = await openForTest(testFolder().write("a.csv", `t,v\n${rows.join("\n")}\n`));
  return { table, plan: successIn(await planColumns(table, testOptions({ time: "t" }))) };
}
const day = (at: number): string => new Date(86_400_000 * at).toISOString().slice(0, 10);
const wave = (at: number): number => Math.sin(at * 1e3);

describe("rows are parted by their time", () => {
  it("whatever their order, dates and numbers alike, and rows without a time are in neither half", async () => {
    for (const timeOf of [day, String]) {
      const { table, plan } = await tableOf(
        (at) => (at % 100 === 0 ? "" : timeOf(at)),
        (at) => at + 0.5,
      );
      const halves = successIn(await splitTable(table, timeSqlOf(table, plan) ?? "", "t"));
      const older = valuesOf(await blocksOf(halves.older, plan), 1).map(Number);
      const newer = valuesOf(await blocksOf(halves.newer, plan), 1).map(Number);
      expect([older.length, halves.older.rows]).toEqual([halves.older.rows, 989]);
      expect([older.length + newer.length, halves.without]).toEqual([1_980, 20]);
      expect(Math.max(...older)).toBeLessThan(Math.min(...newer));
    }
  });

  it("unless all have one", async () => {
    const { table, plan } = await tableOf(
      () => "2020-01-01",
      (at) => at,
    );
    const failure = failureIn(await splitTable(table, timeSqlOf(table, plan) ?? "", "t"));
    expect(failure).toMatchObject({ code: "bad_option", column: "t" });
  });
});

describe("what moves with time is said", () => {
  it("with how far", async () => {
    const { table, plan } = await tableOf(day, (at) => wave(at) + at / 1_000);
    expect(await noteDrift(table, plan, "the candidate")).toMatch(
      /^Rows of the candidate drift with time: the median of `v` in their newest eighth lies 1\.\d\d standard deviations above/,
    );
  });

  it("and nothing is, where nothing moves", async () => {
    const { table, plan } = await tableOf(day, wave);
    expect(await noteDrift(table, plan, "the candidate")).toBeNull();
  });
});
