import { closeSync, openSync, statSync, writeSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openTable } from "./openTable.ts";
import { readBlocks } from "./readBlocks.ts";
import { explainReadError, failureOf } from "./readError.ts";
import { openForTest, successIn, testFolder, writeBySql } from "./testFiles.ts";
import { blocksOf, planOf, valuesOf } from "./testPlan.ts";

const literal = (value: number | string | null): string => {
  if (value === null) return "NULL";
  return typeof value === "number" ? `'${value}'::DOUBLE` : `'${value.replaceAll("'", "''")}'`;
};

const FORMATS = {
  "a.csv": "FORMAT csv",
  "a.tsv": "FORMAT csv, DELIMITER '\t'",
  "a.csv.gz": "FORMAT csv, COMPRESSION gzip",
  "a.jsonl": "FORMAT json",
  "a.parquet": "FORMAT parquet, ROW_GROUP_SIZE 2048",
} as const;

describe("a table comes back as it was written", () => {
  // A letter first: in a CSV `NA` and `12` are no strings, and nothing can tell that they were meant as such.
  const text = fc
    .string({ unit: "grapheme", maxLength: 20 })
    .filter((it) => !/[\0\r]/.test(it))
    .map((it) => `x${it}`);
  const row = fc.record({
    // Plus zero makes the minus of a zero go, which JavaScript's own text of the number has not.
    real: fc.option(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((it) => it + 0),
      { nil: null },
    ),
    whole: fc.option(fc.maxSafeInteger(), { nil: null }),
    text: fc.option(text, { nil: null }),
    flag: fc.option(fc.boolean(), { nil: null }),
  });

  it("whatever the format is", async () => {
    const plan = planOf({
      real: { kind: "number", values: "number" },
      whole: { kind: "number", values: "number" },
      text: { kind: "category", values: "string" },
      flag: { kind: "level", values: "boolean" },
    });
    const folder = testFolder();
    const files = Object.entries(FORMATS).map(([name, options]) => ({ file: folder.path(name), options }));
    const property = fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 30 }), async (rows) => {
      const values = rows.map(
        (it) => `(${literal(it.real)}, ${it.whole}::BIGINT, ${literal(it.text)}, ${it.flag}::BOOLEAN)`,
      );
      const create = `CREATE TABLE t AS FROM (VALUES ${values.join(", ")}) AS t(real, whole, text, flag)`;
      await writeBySql(create, ...files.map(({ file, options }) => `COPY t TO '${file}' (${options})`));
      const expected = [
        rows.map((it) => it.real ?? Number.NaN),
        rows.map((it) => it.whole ?? Number.NaN),
        rows.map((it) => it.text),
        rows.map((it) => (it.flag === null ? null : String(it.flag))),
      ];
      for (const { file } of files) {
        const table = await openForTest(file);
        const blocks = await blocksOf(table, plan);
        expect(
          expected.map((_, index) => valuesOf(blocks, index)),
          file,
        ).toEqual(expected);
        table.close();
      }
    });
    await fc.assert(property, { numRuns: 6 });
  });

  it("in blocks that begin at multiples of 16,384, whatever the sizes of row groups and files are", async () => {
    const folder = testFolder();
    const row =
      "range AS n, 'g' || (range % 7) AS g, CASE WHEN range % 5 = 0 THEN NULL ELSE range / 4 END AS r";
    const write = (from: number, to: number, name: string, options: string): string =>
      `COPY (SELECT ${row} FROM range(${from}, ${to})) TO '${folder.path(name)}' (${options})`;
    await writeBySql(
      write(0, 40_000, "whole.csv", "FORMAT csv"),
      write(0, 40_000, "whole.jsonl", "FORMAT json"),
      write(0, 40_000, "whole.parquet", "FORMAT parquet, ROW_GROUP_SIZE 3000"),
      write(0, 17_001, "part-1.parquet", "FORMAT parquet"),
      write(17_001, 17_003, "part-2.parquet", "FORMAT parquet"),
      write(17_003, 40_000, "part-3.parquet", "FORMAT parquet, ROW_GROUP_SIZE 5000"),
    );
    const plan = planOf({ n: { kind: "number" }, g: { kind: "level" }, r: { kind: "number" } });
    const tables = [
      ...(await Promise.all(
        ["whole.csv", "whole.jsonl", "whole.parquet", "part-*.parquet"].map((it) =>
          openForTest(folder.path(it)),
        ),
      )),
      // Text that is too large to keep is decoded anew in each pass.
      successIn(await openTable([folder.path("whole.csv")], { keptTextBytes: 0 })),
      successIn(await openTable([folder.path("whole.jsonl")], { keptTextBytes: 0 })),
    ];
    for (const table of tables) {
      const blocks = await blocksOf(table, plan);
      expect(blocks.map(({ firstRow, rows }) => [firstRow, rows])).toEqual([
        [0, 16_384],
        [16_384, 16_384],
        [32_768, 7_232],
      ]);
      expect(valuesOf(blocks, 0)).toEqual(Array.from({ length: 40_000 }, (_, index) => index));
      expect(valuesOf(blocks, 1)).toEqual(Array.from({ length: 40_000 }, (_, index) => `g${index % 7}`));
      expect(valuesOf(blocks, 2)).toEqual(
        Array.from({ length: 40_000 }, (_, index) => (index % 5 === 0 ? Number.NaN : index / 4)),
      );
    }
  });

  it("with more distinct strings than are remembered", async () => {
    const file = testFolder().path("many.parquet");
    await writeBySql(
      `COPY (SELECT 's' || (range % 70000) AS s FROM range(140000)) TO '${file}' (FORMAT parquet)`,
    );
    const blocks = await blocksOf(await openForTest(file), planOf({ s: { kind: "category" } }));
    const wrong = valuesOf(blocks, 0).findIndex((value, index) => value !== `s${index % 70_000}`);
    expect(wrong).toBe(-1);
  });
});

describe("values", () => {
  const read = async (select: string, kind: "number" | "level" | "category" | "date") => {
    const file = testFolder().path("v.parquet");
    await writeBySql(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
    return valuesOf(await blocksOf(await openForTest(file), planOf({ v: { kind } })), 0);
  };

  it.each([
    ["integers beyond 2^53", "9007199254740993::BIGINT", 9_007_199_254_740_992],
    ["128-bit integers", "170141183460469231731687303715884105727::HUGEINT", 2 ** 127],
    ["decimals", "12.345::DECIMAL(18,3)", 12.345],
    ["small reals", "0.5::FLOAT", 0.5],
    ["times of day", "'01:00:01.5'::TIME", 3601.5],
  ])("%s are numbers", async (_, sql, expected) => {
    expect(await read(`SELECT ${sql} AS v UNION ALL SELECT NULL`, "number")).toEqual([expected, Number.NaN]);
  });

  it("that are not finite are missing", async () => {
    const list = "SELECT unnest(['inf', '-inf', 'nan', '1']::DOUBLE[]) AS v";
    expect(await read(list, "number")).toEqual([Number.NaN, Number.NaN, Number.NaN, 1]);
  });

  it.each(["DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"])(
    "of %s are seconds since 1970 in UTC",
    async (type) => {
      const zone = type === "TIMESTAMPTZ" ? "+00" : "";
      const list = `SELECT unnest(['2020-01-02 00:00:00${zone}', NULL, '1969-12-31 00:00:00${zone}'])::${type} AS v`;
      expect(await read(list, "date")).toEqual([1_577_923_200, Number.NaN, -86_400]);
    },
  );

  it("that are empty strings are missing", async () => {
    expect(await read("SELECT unnest(['', 'a', NULL]) AS v", "category")).toEqual([null, "a", null]);
  });

  it("are equal as categories where they are equal as numbers", async () => {
    const whole = await read("SELECT unnest([7, 8])::BIGINT AS v", "category");
    expect(await read("SELECT unnest([7.0, 8.0])::DOUBLE AS v", "category")).toEqual(whole);
  });
});

it("reads no column that is not analyzed, and groups as strings", async () => {
  const file = testFolder().write("a.csv", "id,user,note,v\n1,7,hello,1\n2,,world,2\n3,7,again,3\n");
  const plan = planOf(
    {
      id: { kind: "id" },
      user: { kind: "id", role: "group" },
      note: { kind: "text" },
      v: { kind: "number", role: "ignore" },
    },
    "user",
  );
  const [block] = await blocksOf(await openForTest(file), plan);
  expect(block?.columns).toEqual([null, null, null, null]);
  expect(block?.groups?.[0]).toBe("7");
  expect(block?.groups?.[2]).toBe("7");
  expect(new Set(block?.groups).size).toBe(2);
});

it("keeps a column of strings as it is written, though this file's look like numbers", async () => {
  const file = testFolder().write("a.csv", "zip,ok\n007,True\n08,False\n");
  const plan = planOf({ zip: { kind: "level", values: "string" }, ok: { kind: "level", values: "string" } });
  const blocks = await blocksOf(await openForTest(file), plan);
  expect([valuesOf(blocks, 0), valuesOf(blocks, 1)]).toEqual([
    ["007", "08"],
    ["True", "False"],
  ]);
});

it("reads a table as often as asked, at a time too, and lets itself be left", async () => {
  const file = testFolder().path("a.parquet");
  await writeBySql(`COPY (SELECT range AS v FROM range(60000)) TO '${file}' (FORMAT parquet)`);
  const table = await openForTest(file);
  const plan = planOf({ v: { kind: "number" } });
  for await (const block of readBlocks(table, plan)) {
    expect(block.firstRow).toBe(0);
    break;
  }
  const starts = Array.from({ length: 2 }, async () =>
    (await blocksOf(table, plan)).map(({ firstRow }) => firstRow),
  );
  expect(await Promise.all(starts)).toEqual([
    [0, 16_384, 32_768, 49_152],
    [0, 16_384, 32_768, 49_152],
  ]);
});

it("says of a file that is damaged in the middle that it is, not that the program is", async () => {
  const file = testFolder().path("damaged.parquet");
  await writeBySql(`COPY (SELECT 'value ' || range AS v FROM range(50000)) TO '${file}' (FORMAT parquet)`);
  const handle = openSync(file, "r+");
  writeSync(handle, new Uint8Array(20_000).fill(7), 0, 20_000, Math.floor(statSync(file).size / 3));
  closeSync(handle);
  const table = await openForTest(file);
  const thrown = await (async () => {
    for await (const _ of readBlocks(table, planOf({ v: { kind: "category" } })));
  })().catch((error: unknown) => error);
  expect(failureOf(thrown)).toMatchObject({ code: "file_unreadable", file });
  expect(failureOf(new Error("a bug"))).toBeNull();
  expect(() => explainReadError(new TypeError("a bug"), [file])).toThrow("a bug");
});
