import { describe, expect, it } from "vitest";
import type { ColumnPlan } from "../contracts/columns.ts";
import { planColumns } from "./planColumns.ts";
import { failureIn, openForTest, testFolder, testOptions, valueOf, writeBySql } from "./testFiles.ts";

const ROWS = 25_000;

/** A reference of 25,000 rows whose columns each need another rule; the last rows decide some. */
const COLUMNS = {
  key: "range",
  uuid: "uuid()",
  label: "'row-' || range",
  price: "random()",
  whole: "(range * 7919) % 10007",
  grade: "range % 5",
  late: "CASE WHEN range < 24000 THEN 1 ELSE range END",
  sixty_four: "range % 64",
  sixty_five: "range % 65",
  city: "'city ' || (range % 300)",
  sentence: "'the row has the number ' || (range % 300)",
  many: "'n' || (range % 6000)",
  flag: "range % 3 = 0",
  day: "DATE '2000-01-01' + (range % 200)::INT",
  month: "DATE '2000-01-01' + (range % 12)::INT",
  constant: "'same'",
  nothing: "NULL::DOUBLE",
  embedding: "[range, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]",
  pose: "[range, 1, 2]",
  nested: "{'a': range}",
  bytes: "'x'::BLOB",
} as const;

async function reference(columns: Readonly<Record<string, string>> = COLUMNS, rows = ROWS) {
  const file = testFolder().path("reference.parquet");
  const select = Object.entries(columns).map(([name, sql]) => `${sql} AS "${name}"`);
  await writeBySql(`COPY (SELECT ${select.join(", ")} FROM range(${rows})) TO '${file}' (FORMAT parquet)`);
  return openForTest(file);
}

const byName = (columns: readonly ColumnPlan[]): Map<string, ColumnPlan> =>
  new Map(columns.map((column) => [column.name, column]));

it("tells each kind from the reference, and why", async () => {
  const plan = valueOf(await planColumns(await reference(), testOptions()));
  expect(Object.fromEntries(plan.columns.map(({ name, kind }) => [name, kind]))).toEqual({
    key: "id",
    uuid: "id",
    label: "id",
    price: "number",
    whole: "number",
    grade: "level",
    late: "number",
    sixty_four: "level",
    sixty_five: "number",
    city: "category",
    sentence: "text",
    many: "text",
    flag: "level",
    day: "date",
    month: "level",
    constant: "level",
    nothing: "level",
    embedding: "vector",
    pose: "text",
    nested: "text",
    bytes: "text",
  });
  expect(plan.columns.map(({ name }) => name)).toEqual(Object.keys(COLUMNS));
  for (const { because } of plan.columns) expect(because).toMatch(/\w/);
  expect(byName(plan.columns).get("city")?.because).toBe("300 distinct strings of at most 3 words");
});

describe("the schema file and the flags win over what is inferred", () => {
  it("in type and role", async () => {
    const options = testOptions({
      target: "grade",
      group: "city",
      schema: {
        columns: {
          key: { role: "feature" },
          whole: { type: "level" },
          price: { role: "ignore" },
          grade: { role: "feature" },
          constant: { role: "id" },
        },
      },
    });
    const plan = valueOf(await planColumns(await reference(), options));
    const columns = byName(plan.columns);
    expect(plan.group).toBe("city");
    expect(columns.get("city")).toMatchObject({ kind: "id", role: "group" });
    expect(columns.get("grade")).toMatchObject({ kind: "level", role: "target" });
    expect(columns.get("key")).toMatchObject({ kind: "number", role: "feature" });
    expect(columns.get("whole")).toMatchObject({ kind: "level", because: "the schema file says so" });
    expect(columns.get("price")).toMatchObject({ role: "ignore" });
    expect(columns.get("constant")).toMatchObject({ kind: "id", role: "id" });
  });

  it.each([
    ["a flag names no column", { target: "prise" }, /no column "prise"/, /Did you mean "price"\?/],
    ["the schema names no column", { schema: { columns: { Citi: {} } } }, /no column "Citi"/, /"city"/],
    ["one column has two roles", { target: "grade", group: "grade" }, /two roles/, /own/],
    [
      "two columns have one role",
      { schema: { columns: { grade: { role: "target" }, whole: { role: "target" } } } },
      /both to be the target/,
      /one column/,
    ],
    ["the target is free text", { target: "sentence" }, /cannot be predicted/, /numbers, levels/],
    [
      "no value has the type",
      { schema: { columns: { city: { type: "number" } } } },
      /none of its values/,
      /schema/,
    ],
    [
      "a list is to be a number",
      { schema: { columns: { pose: { type: "number" } } } },
      /none of its/,
      /schema/,
    ],
  ] as const)("and it is a bad option where %s", async (_, options, detail, fix) => {
    const failure = failureIn(await planColumns(await reference(), testOptions(options)));
    expect(failure.code).toBe("bad_option");
    expect(failure.detail).toMatch(detail);
    expect(failure.fix).toMatch(fix);
  });
});

describe("groups", () => {
  it("are inferred by name", async () => {
    const table = await reference({ User_ID: "range % 50", v: "random()" });
    const plan = valueOf(await planColumns(table, testOptions()));
    expect(plan.group).toBe("User_ID");
    expect(plan.columns[0]).toMatchObject({
      kind: "id",
      role: "group",
      because: "it groups rows, by its name",
    });
  });

  it("are not inferred where each row has its own", async () => {
    const plan = valueOf(
      await planColumns(await reference({ user_id: "range", v: "random()" }), testOptions()),
    );
    expect(plan.group).toBeNull();
  });

  it("are not inferred from a column that the schema gave another role", async () => {
    const options = testOptions({ schema: { columns: { user_id: { role: "feature" } } } });
    const plan = valueOf(
      await planColumns(await reference({ user_id: "range % 90", v: "random()" }), options),
    );
    expect(plan).toMatchObject({ group: null, columns: [{ kind: "number", role: "feature" }, {}] });
  });
});

it("refuses a table of which nothing can be analyzed", async () => {
  const failure = failureIn(await planColumns(await reference({ key: "range" }), testOptions()));
  expect(failure).toMatchObject({ code: "no_columns" });
});
