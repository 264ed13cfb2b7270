import { expect, it } from "vitest";
import { matchColumns } from "./matchColumns.ts";
import { planColumns } from "./planColumns.ts";
import { failureIn, openForTest, successIn, testFolder, testOptions, writeBySql } from "./testFiles.ts";

/** A number from 0 up to 1 by row; other rows in the candidate. */
const UNIFORM = "(hash(range, $salt) % 1000003 / 1000003)";
const SIZE = `20 + 5 * tan(2 * (${UNIFORM} - 0.5))`;
const REFERENCE: Readonly<Record<string, string>> = {
  size: SIZE,
  grade: "range % 5",
  color: "CASE WHEN range % 3 = 0 THEN 'red' ELSE 'blue' END",
  ok: "range % 2 = 0",
  day: "DATE '2000-01-01' + (range % 200)::INT",
  comment: "'a comment of many words, number ' || range",
};

async function write(columns: Readonly<Record<string, string>>, name: string, salt: number): Promise<string> {
  const file = testFolder().path(name);
  const select = Object.entries(columns).map(([column, sql]) => `${sql} AS "${column}"`);
  const format = name.endsWith("csv") ? "csv" : "parquet";
  const sql = `COPY (SELECT ${select.join(", ")} FROM range(3000)) TO '${file}' (FORMAT ${format})`;
  await writeBySql(sql.replaceAll("$salt", String(salt)));
  return file;
}

/** What matching says of a candidate whose columns differ from the reference's so. */
async function match(changes: Readonly<Record<string, string | null>>) {
  const reference = await openForTest(await write(REFERENCE, "reference.parquet", 1));
  const plan = successIn(await planColumns(reference, testOptions()));
  const columns = Object.entries({ ...REFERENCE, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const file = await write(Object.fromEntries(columns), "candidate.csv", 2);
  return matchColumns(plan, await openForTest(file));
}

it("matches by name across formats, and lists what the reference has not", async () => {
  expect(successIn(await match({ extra: "1", more: "2" }))).toEqual({ ignored: ["extra", "more"] });
});

it("needs text as it needs numbers", async () => {
  expect(failureIn(await match({ comment: null }))).toMatchObject({
    code: "column_missing",
    column: "comment",
  });
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

it("refuses a change of unit that nobody declared", async () => {
  const failure = failureIn(await match({ size: `1000 * (${SIZE})` }));
  expect(failure).toMatchObject({ code: "unit_changed", column: "size" });
  expect(failure.detail).toContain("times 1,000:");
});

it("takes a spread that shrinks by a tenth for no unit", async () => {
  expect((await match({ size: `20 + 0.9 * (${SIZE} - 20)` })).ok).toBe(true);
});
