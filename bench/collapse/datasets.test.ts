import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { benchCases, caseHash } from "./cases.ts";
import { DATASETS, readDataset } from "./datasets.ts";
import type { BenchTable } from "./table.ts";
import { VARIANTS } from "./variants.ts";
import { writeCsv } from "./writeCsv.ts";

const folder = mkdtempSync(join(tmpdir(), "headgate-datasets-"));
beforeAll(() => mkdirSync(join(folder, "california-housing")));
afterAll(() => rmSync(folder, { recursive: true }));

it("reads back what it wrote: full numbers, missing ones, and categories with commas, quotes and nothing in them", async () => {
  const table: BenchTable = {
    rows: 4,
    columns: [
      {
        name: "median_house_value",
        kind: "number",
        values: Float64Array.of(0.1 + 0.2, Number.NaN, -1e300, 5e-324),
      },
      { name: "near, to", kind: "category", values: ['the "bay"', "", "a,b", "plain"] },
    ],
  };
  writeCsv(table, join(folder, "california-housing", "housing.csv"));
  expect(await readDataset(folder, "california-housing")).toEqual({
    name: "california-housing",
    target: "median_house_value",
    table,
  });
});

it("says which file is not there, and which data sets there are", async () => {
  await expect(readDataset(folder, "adult")).rejects.toThrow(/adult-train\.csv\.gz is not there/);
  await expect(readDataset(folder, "irises")).rejects.toThrow(/no data set of the bench: adult, /);
});

it("lists every variant for some data set, no case twice, and real rows with four seeds", () => {
  const cases = benchCases();
  expect(new Set(cases.map((each) => caseHash(each, 1))).size).toBe(cases.length);
  expect(new Set(cases.map(({ variant }) => variant.name)).size).toBe(VARIANTS.length);
  expect(new Set(cases.map(({ dataset }) => dataset))).toEqual(new Set(DATASETS));
  const real = cases.filter(({ variant, dataset }) => variant.family === "real" && dataset === "adult");
  expect(real.map(({ size, seed }) => `${size} ${seed}`).sort()).toEqual([
    "1000 1",
    "1000 2",
    "1000 3",
    "1000 4",
    "3000 1",
    "3000 2",
    "3000 3",
    "3000 4",
  ]);
  const [first] = cases;
  if (first !== undefined) expect(caseHash(first, 2)).not.toBe(caseHash(first, 1));
});
