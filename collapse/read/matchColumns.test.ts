import { describe, expect, it } from "vitest";
import { matchColumns } from "./matchColumns.ts";
import { planColumns } from "./planColumns.ts";
import { failureIn, openForTest, testFolder, testOptions, valueOf, writeBySql } from "./testFiles.ts";

const REFERENCE: Readonly<Record<string, string>> = {
  size: "20 + 5 * cbrt(tan(3 * (random() - 0.5)))",
  grade: "range % 5",
  color: "CASE WHEN random() < 0.3 THEN 'red' ELSE 'blue' END",
  ok: "random() < 0.5",
  day: "DATE '2000-01-01' + (range % 200)::INT",
  comment: "'a comment of many words, number ' || range",
};

async function write(columns: Readonly<Record<string, string>>, name: string, rows = 3_000): Promise<string> {
  const file = testFolder().path(name);
  const select = Object.entries(columns).map(([column, sql]) => `${sql} AS "${column}"`);
  const format = name.endsWith("csv") ? "csv" : "parquet";
  await writeBySql(`COPY (SELECT ${select.join(", ")} FROM range(${rows})) TO '${file}' (FORMAT ${format})`);
  return file;
}

/** What matching says of a candidate whose columns differ from the reference's so. */
async function match(changes: Readonly<Record<string, string | null>>, rows?: number) {
  const reference = await openForTest(await write(REFERENCE, "reference.parquet", rows));
  const plan = valueOf(await planColumns(reference, testOptions()));
  const columns = Object.entries({ ...REFERENCE, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const file = await write(Object.fromEntries(columns), "candidate.csv", rows);
  return matchColumns(plan, await openForTest(file));
}

it("matches by name across formats, and lists what the reference has not", async () => {
  expect(valueOf(await match({ extra: "1", more: "2" }))).toEqual({ ignored: ["extra", "more"] });
});

it("needs no column that is not analyzed", async () => {
  expect((await match({ comment: null })).ok).toBe(true);
});

it("takes a column without any value for one of missing values", async () => {
  expect((await match({ size: "NULL", ok: "NULL", day: "NULL", color: "NULL" })).ok).toBe(true);
});

it.each([
  [
    "a missing column, with the nearest name",
    { color: null, colour: "'red'" },
    "column_missing",
    /"color"/,
    /"colour"/,
  ],
  [
    "numbers that became strings",
    { size: "CASE WHEN range < 7 THEN 'big' ELSE '1' END" },
    "column_retyped",
    /"size".* 7 of 3,000/,
    /ignore/,
  ],
  ["truths that became numbers", { ok: "range % 2 + 5" }, "column_retyped", /"ok"/, /ignore/],
  ["dates that became words", { day: "'monday'" }, "column_retyped", /"day"/, /ignore/],
] as const)("refuses %s", async (_, changes, code, detail, fix) => {
  const failure = failureIn(await match(changes));
  expect(failure.code).toBe(code);
  expect(failure.detail).toMatch(detail);
  expect(failure.fix).toMatch(fix);
});

describe("a change of unit", () => {
  const scaled = (by: string): Record<string, string> => ({ size: `(${REFERENCE.size}) * ${by}` });

  it.each([
    ["1000", "1,000"],
    ["0.001", "1/1,000"],
    ["60", "60"],
    ["1 / 3600", "1/3,600"],
    ["2.54", "2.54"],
    ["pi() / 180", "π/180"],
  ])("by %s is refused", async (by, text) => {
    const failure = failureIn(await match(scaled(by)));
    expect(failure).toMatchObject({ code: "unit_changed", column: "size" });
    expect(failure.detail).toContain(`times ${text}:`);
  });

  it.each([
    ["a spread that shrinks by a tenth", { size: "20 + 0.9 * 5 * cbrt(tan(3 * (random() - 0.5)))" }],
    ["values a tenth smaller", scaled("0.9")],
    ["values doubled", scaled("2")],
    ["values a thousandfold, of another shape", { size: "20000 + 9000 * (random() - 0.5)" }],
    ["a constant", { size: "20" }],
    ["zeros", { size: "0" }],
    ["fresh rows", {}],
  ])("is not %s", async (_, changes) => {
    expect((await match(changes)).ok).toBe(true);
  });

  it("is not told from few rows", async () => {
    expect((await match(scaled("2.54"), 150)).ok).toBe(true);
  });
});
