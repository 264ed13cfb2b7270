import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ColumnPlan } from "../contracts/columns.ts";
import { planColumns } from "./planColumns.ts";
import type { Table } from "./table.ts";
import { failureIn, openForTest, successIn, testFolder, testOptions, writeBySql } from "./testFiles.ts";

const ROWS = 25_000;

/** A reference of 25,000 rows whose columns each need another rule; the last rows decide some. */
const COLUMNS = {
  key: "range",
  uuid: "md5(range::VARCHAR)",
  label: "'row-' || range",
  price: "hash(range) / 1e19",
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

/** Written once: most tests read the same. */
const shared = mkdtempSync(join(tmpdir(), "headgate-plan-"));
afterAll(() => rmSync(shared, { recursive: true, force: true }));
let written: Promise<string> | undefined;
async function sharedReference(): Promise<Table> {
  const file = join(shared, "reference.parquet");
  written ??= writeReference(file, COLUMNS, ROWS).then(() => file);
  return openForTest(await written);
}

async function reference(columns: Readonly<Record<string, string>>): Promise<Table> {
  const file = testFolder().path("reference.parquet");
  await writeReference(file, columns, 2_000);
  return openForTest(file);
}

async function writeReference(
  file: string,
  columns: Readonly<Record<string, string>>,
  rows: number,
): Promise<void> {
  const select = Object.entries(columns).map(([name, sql]) => `${sql} AS "${name}"`);
  await writeBySql(`COPY (SELECT ${select.join(", ")} FROM range(${rows})) TO '${file}' (FORMAT parquet)`);
}

const byName = (columns: readonly ColumnPlan[]): Map<string, ColumnPlan> =>
  new Map(columns.map((column) => [column.name, column]));

it("tells each kind from the reference, and why", async () => {
  const plan = successIn(await planColumns(await sharedReference(), testOptions()));
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
    "pose[0]": "number",
    "pose[1]": "level",
    "pose[2]": "level",
    nested: "text",
    bytes: "text",
  });
  const laidOut = Object.keys(COLUMNS).flatMap((name) =>
    name === "pose" ? ["pose[0]", "pose[1]", "pose[2]"] : [name],
  );
  expect(plan.columns.map(({ name }) => name)).toEqual(laidOut);
  for (const name of ["nested", "bytes"]) expect(byName(plan.columns).get(name)?.role).toBe("ignore");
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
    const plan = successIn(await planColumns(await sharedReference(), options));
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
      { schema: { columns: { embedding: { type: "number" } } } },
      /none of its/,
      /schema/,
    ],
  ] as const)("and it is a bad option where %s", async (_, options, detail, fix) => {
    const failure = failureIn(await planColumns(await sharedReference(), testOptions(options)));
    expect(failure.code).toBe("bad_option");
    expect(failure.detail).toMatch(detail);
    expect(failure.fix).toMatch(fix);
  });
});

describe("groups", () => {
  it("are inferred by name", async () => {
    const table = await reference({ User_ID: "range % 50", v: "hash(range) / 1e19" });
    const plan = successIn(await planColumns(table, testOptions()));
    expect(plan.group).toBe("User_ID");
    expect(plan.columns[0]).toMatchObject({
      kind: "id",
      role: "group",
      because: "it groups rows, by its name",
    });
  });

  it("are not inferred where each row has its own", async () => {
    const plan = successIn(
      await planColumns(await reference({ user_id: "range", v: "hash(range) / 1e19" }), testOptions()),
    );
    expect(plan.group).toBeNull();
  });

  it("are not inferred from a column that the schema gave another role", async () => {
    const options = testOptions({ schema: { columns: { user_id: { role: "feature" } } } });
    const plan = successIn(
      await planColumns(await reference({ user_id: "range % 90", v: "hash(range) / 1e19" }), options),
    );
    expect(plan).toMatchObject({ group: null, columns: [{ kind: "number", role: "feature" }, {}] });
  });
});

it("refuses a table of which nothing can be analyzed", async () => {
  const failure = failureIn(await planColumns(await reference({ key: "range" }), testOptions()));
  expect(failure).toMatchObject({ code: "no_columns" });
});

it("takes nothing for an identifier in so few rows that each value stands once", async () => {
  const file = testFolder().write(
    "few.csv",
    `n,word\n${Array.from({ length: 40 }, (_, at) => `${at},w${at}`).join("\n")}\n`,
  );
  const plan = successIn(await planColumns(await openForTest(file), testOptions()));
  expect(plan.columns.map(({ kind }) => kind)).toEqual(["level", "level"]);
});

it("plans each of more columns than are looked at together", async () => {
  const columns = Object.fromEntries(
    Array.from({ length: 150 }, (_, at) => [
      `c${at}`,
      at % 2 === 0 ? `range % ${at + 2}` : "hash(range) / 1e19",
    ]),
  );
  const plan = successIn(await planColumns(await reference(columns), testOptions()));
  expect(plan.columns.map(({ name }) => name)).toEqual(Object.keys(columns));
  const kinds = plan.columns.map(({ kind }) => kind);
  expect(kinds).toEqual(kinds.map((_, at) => (at % 2 === 0 && at + 2 <= 64 ? "level" : "number")));
});
