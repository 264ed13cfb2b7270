import { zstdCompressSync } from "node:zlib";
import {
  Bool,
  CompressionType,
  compressionRegistry,
  Date_,
  DateUnit,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { compress } from "lz4js";
import { describe, expect, it } from "vitest";
import { openTable } from "../openTable.ts";
import { failureIn, openForTest, testFolder } from "../testFiles.ts";
import { registerCodecs } from "./convertArrow.ts";

const pose = new FixedSizeList(2, new Field("item", new Float32()));
const TABLE = new Table({
  real: vectorFromArray([1.5, null, 3], new Float64()),
  whole: vectorFromArray([2n ** 53n + 1n, null, -3n], new Int64()),
  small: vectorFromArray([0.1, 2, 3], new Float32()),
  text: vectorFromArray(["a", null, "c"], new Utf8()),
  level: vectorFromArray(["x", "y", "x"], new Dictionary(new Utf8(), new Int32())),
  flag: vectorFromArray([true, false, null], new Bool()),
  day: vectorFromArray([new Date(86_400_000), null, new Date(0)], new Date_(DateUnit.DAY)),
  moment: vectorFromArray([1_500, null, -1], new TimestampMicrosecond()),
  pose: vectorFromArray([[1, 2], null, [3, 4]], pose),
  nested: vectorFromArray([{ a: 1 }, null, { a: 2 }], new Struct([new Field("a", new Int32())])),
});
const EXPECTED = [
  { real: 1.5, whole: 9_007_199_254_740_993n, text: "a", level: "x", flag: true, "pose[0]": 1, "pose[1]": 2 },
  { real: null, whole: null, text: null, level: "y", flag: false, "pose[0]": null, "pose[1]": null },
  { real: 3, whole: -3n, text: "c", level: "x", flag: null, "pose[0]": 3, "pose[1]": 4 },
];

describe("a file of Arrow comes back as it was written", () => {
  it.each(["file", "stream"] as const)("as a %s", async (format) => {
    const table = await openForTest(testFolder().write("a.arrow", tableToIPC(TABLE, format)));
    const rows = await table.source.database.rows(
      `SELECT * REPLACE (day::VARCHAR AS day, epoch(moment) AS moment) FROM ${table.source.relation}`,
    );
    for (const [at, row] of rows.entries()) expect(row).toMatchObject(EXPECTED[at] ?? {});
    expect(rows.map(({ day }) => day)).toEqual(["1970-01-02", null, "1970-01-01"]);
    expect(rows.map(({ moment }) => moment)).toEqual([1.5, null, -0.001]);
    expect(rows[0]?.small).toBe(Math.fround(0.1));
    expect(table.presets.get("nested")).toMatchObject({ role: "ignore" });
  });

  it("over several batches and files, row after row", async () => {
    const folder = testFolder();
    const part = (from: number) =>
      new Table({
        n: vectorFromArray(
          Array.from({ length: 30_000 }, (_, at) => from + at),
          new Float64(),
        ),
      });
    const both = part(0).concat(part(30_000));
    const files = [
      folder.write("1.feather", tableToIPC(both, "file")),
      folder.write("2.feather", tableToIPC(part(60_000), "stream")),
    ];
    const table = await openForTest(...files);
    const rows = await table.source.database.rows(`FROM ${table.source.relation}`);
    expect(rows.findIndex(({ n }, at) => n !== at)).toBe(-1);
    expect(rows).toHaveLength(90_000);
  });
});

it("cut or with a byte of it changed, it is read or refused, and never ends the process", async () => {
  const folder = testFolder();
  const bytes = tableToIPC(TABLE, "file");
  const damage = fc.oneof(
    fc.nat(bytes.length - 1).map((length) => bytes.slice(0, length)),
    fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ by;
      return changed;
    }),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (content) => {
      const table = await openTable([folder.write("a.arrow", content)]);
      if (table.ok) table.value.close();
      else expect(["file_unreadable", "no_rows", "too_few_rows"]).toContain(table.failure.code);
    }),
    { numRuns: 25 },
  );
});

it("packed with LZ4 or zstd it is unpacked, and no further than it says", () => {
  registerCodecs();
  const bytes = Buffer.from("a text ".repeat(1_000));
  const codec = (type: CompressionType) => compressionRegistry.get(type)?.decode;
  expect(Buffer.from(codec(CompressionType.ZSTD)?.(zstdCompressSync(bytes)) ?? [])).toEqual(bytes);
  const frame = compress(bytes);
  expect(Buffer.from(codec(CompressionType.LZ4_FRAME)?.(frame) ?? [])).toEqual(bytes);
  // A frame that states its size, and 2 GB of it.
  const bomb = Buffer.from([
    0x04, 0x22, 0x4d, 0x18, 0x68, 0x70, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ]);
  expect(() => codec(CompressionType.LZ4_FRAME)?.(bomb)).toThrow(/more than 512 MB/);
});

it("two columns of one name are refused", async () => {
  const schema = new Schema([new Field("a", new Float64()), new Field("a", new Float64())]);
  const column = vectorFromArray([1, 2], new Float64()).data[0];
  const data = makeData({ type: new Struct(schema.fields), children: column ? [column, column] : [] });
  const table = new Table(schema, [new RecordBatch(schema, data)]);
  const failure = failureIn(await openTable([testFolder().write("a.arrow", tableToIPC(table, "stream"))]));
  expect(failure.detail).toContain('two of its columns are named "a"');
});
