import { expect, test } from "vitest";
import { schemaFileSchema } from "../../collapse/contracts/options.ts";
import { done, failed } from "../../collapse/contracts/outcome.ts";
import { printSchema } from "./printSchema.ts";

const SCREEN = { colors: false, width: 80, progress: () => {} };
const REQUEST = { candidate: ["a.csv"] };

test("what is printed is the schema file itself, a line for each column", async () => {
  const schema = {
    columns: {
      'na"me': { type: "category", role: "feature" },
      kg: { type: "number", role: "target", unit: "kg", rename_from: "lb", scale: 0.45 },
    },
  } as const;
  const printed = await printSchema(async () => async () => done(schema), REQUEST, SCREEN);
  const out = printed.ok ? printed.value.out : "";
  expect(schemaFileSchema.parse(JSON.parse(out))).toEqual(schema);
  expect(out.split("\n")).toHaveLength(6);
});

test("a file that cannot be read is told with its remedy", async () => {
  const failure = {
    code: "file_not_found",
    detail: "a.csv does not exist.",
    fix: "Give a path.",
    file: "a.csv",
    column: null,
  };
  const printed = await printSchema(async () => async () => failed(failure), REQUEST, SCREEN);
  expect(printed.ok ? null : printed.failure).toMatchObject({
    sentence: "a.csv does not exist.",
    fix: "Give a path.",
  });
});
