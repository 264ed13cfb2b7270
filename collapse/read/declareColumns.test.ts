import { describe, expect, it } from "vitest";
import { schemaFileSchema } from "../contracts/options.ts";
import { declareColumns } from "./declareColumns.ts";
import { matchColumns } from "./matchColumns.ts";
import { planColumns } from "./planColumns.ts";
import { schemaOf } from "./schemaOf.ts";
import { failureIn, openForTest, successIn, testFolder, testOptions } from "./testFiles.ts";
import { blocksOf, valuesOf } from "./testPlan.ts";

const ROWS = 400;
const csv = (names: string, row: (at: number) => string): string =>
  `${names}\n${Array.from({ length: ROWS }, (_, at) => row(at)).join("\n")}\n`;
/** Weights in kilograms and a code whose leading zeros count. */
const REFERENCE = csv("kg,code", (at) => `${50 + (at % 97) / 3 + at / 1e4},c${at % 3}`);
const POUNDS = csv("lb,code", (at) => `${(50 + (at % 97) / 3 + at / 1e4) / 0.45},c${at % 3}`);

async function planOf(columns: Parameters<typeof schemaFileSchema.parse>[0]) {
  const options = testOptions({ schema: schemaFileSchema.parse({ columns }) });
  const folder = testFolder();
  const plan = successIn(await planColumns(await openForTest(folder.write("real.csv", REFERENCE)), options));
  return { plan, schema: options.schema, folder };
}

describe("a candidate is read as the schema file declares it", () => {
  it("under another name and in another unit", async () => {
    const said = { kg: { rename_from: "lb", scale: 0.45, unit: "kg" } };
    const { plan, schema, folder } = await planOf(said);
    expect(plan.columns[0]).toMatchObject({ name: "kg", unit: "kg" });
    const raw = await openForTest(folder.write("pounds.csv", POUNDS));
    const candidate = successIn(declareColumns(raw, schema));
    expect((await matchColumns(plan, candidate, schema)).ok).toBe(true);
    const values = valuesOf(await blocksOf(candidate, plan), 0);
    const wrong = values.findIndex(
      (value, at) => Math.abs(Number(value) - (50 + (at % 97) / 3 + at / 1e4)) > 1e-9,
    );
    expect([values.length, wrong]).toEqual([ROWS, -1]);
  });

  it("and a declared unit is no schema error, where an undeclared one is", async () => {
    const grams = csv("kg,code", (at) => `${1000 * (50 + (at % 97) / 3 + at / 1e4)},c${at % 3}`);
    for (const [said, code] of [
      [{}, "unit_changed"],
      [{ kg: { unit: "kg" } }, null],
      [{ kg: { scale: 0.001 } }, null],
    ] as const) {
      const { plan, schema, folder } = await planOf(said);
      const candidate = successIn(declareColumns(await openForTest(folder.write("g.csv", grams)), schema));
      const matched = await matchColumns(plan, candidate, schema);
      expect(matched.ok ? null : matched.failure.code).toBe(code);
    }
  });

  it("with text as it is written under its new name", async () => {
    const { plan, schema, folder } = await planOf({ code: { rename_from: "kind" } });
    const raw = await openForTest(
      folder.write(
        "codes.csv",
        csv("kg,kind", (at) => `${50 + at / 10},00${at % 3}`),
      ),
    );
    const candidate = successIn(declareColumns(raw, schema));
    expect(valuesOf(await blocksOf(candidate, plan), 1).slice(0, 3)).toEqual(["000", "001", "002"]);
  });

  it.each([
    [
      "a name that the candidate has not",
      { kg: { rename_from: "pounds" } },
      /"pounds", which it has not/,
      "lb,code",
    ],
    ["two columns for one", { kg: { rename_from: "lb" } }, /both "kg" and "lb"/, "kg,lb,code"],
    ["a scale for strings", { code: { scale: 2 } }, /no numbers/, "kg,lb,code"],
  ])("but not with %s", async (_, said, detail, names) => {
    const { schema, folder } = await planOf(said);
    const file = folder.write(
      "c.csv",
      csv(names, (at) => names.replaceAll(/kg|lb/g, String(at))),
    );
    const failure = failureIn(declareColumns(await openForTest(file), schema));
    expect(failure.code).toBe("bad_option");
    expect(failure.detail).toMatch(detail);
  });
});

it("an inferred schema, given back, infers the same", async () => {
  const rows = csv("id,kg,code,user_id,note,day", (at) =>
    [
      `k${at}`,
      50 + at / 7,
      `00${at % 3}`,
      at % 40,
      `words of many a row ${at}`,
      `2020-01-${10 + (at % 9)}`,
    ].join(","),
  );
  const table = await openForTest(testFolder().write("real.csv", rows));
  const said = { kg: { unit: "kg", rename_from: "lb", scale: 0.45 } };
  const first = successIn(await planColumns(table, testOptions({ schema: { columns: said } })));
  const schema = schemaOf(first, { columns: said });
  expect(schema.columns.kg).toEqual({ type: "number", role: "feature", ...said.kg });
  const parsed = schemaFileSchema.parse(JSON.parse(JSON.stringify(schema)));
  const second = successIn(await planColumns(table, testOptions({ schema: parsed })));
  const told = ({ columns, group }: typeof first) => [
    group,
    columns.map(({ because: _, ...column }) => column),
  ];
  expect(told(second)).toEqual(told(first));
  expect(first.group).toBe("user_id");
});
