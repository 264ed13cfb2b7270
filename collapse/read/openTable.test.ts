import { mkdirSync, readFileSync, truncateSync } from "node:fs";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { openTable } from "./openTable.ts";
import { failureIn, openForTest, testFolder, writeBySql } from "./testFiles.ts";

const CSV = "size,color\n1,red\n2,blue\n3,red\n";
const namesOf = (table: { columns: readonly { name: string }[] }): string[] =>
  table.columns.map(({ name }) => name);

describe("a table is told by its content", () => {
  it.each([
    ["plain.csv", CSV],
    ["plain.tsv", CSV.replaceAll(",", "\t")],
    ["semicolons.csv", CSV.replaceAll(",", ";")],
    ["no-extension", CSV],
    ["packed.csv.gz", gzipSync(CSV)],
    ["packed-without-saying.csv", gzipSync(CSV)],
    ["packed.csv.zst", zstdCompressSync(CSV)],
    ["lines.jsonl", '{"size":1,"color":"red"}\n{"size":2,"color":"blue"}\n{"size":3,"color":null}\n'],
    ["lines.data", '{"size":1,"color":"red"}\n{"size":2,"color":"blue"}\n{"size":3,"color":null}\n'],
    ["list.json", '[{"size":1,"color":"red"},\n{"size":2,"color":"blue"},{"size":3}]'],
    ["packed.jsonl.gz", gzipSync('{"size":1,"color":"red"}\n{"size":2}\n{"size":3}\n')],
  ])("%s has three rows of two columns", async (name, content) => {
    const table = await openForTest(testFolder().write(name, content));
    expect({ rows: table.rows, names: namesOf(table) }).toEqual({ rows: 3, names: ["size", "color"] });
  });

  it("reads packed files that shrink little, and whose first block is therefore long", async () => {
    const random = seededRandom(1, "rows");
    const content = `a,b\n${Array.from({ length: 20_000 }, () => `${random.next()},${random.next()}`).join("\n")}\n`;
    const folder = testFolder();
    for (const file of [
      folder.write("a.csv.gz", gzipSync(content)),
      folder.write(
        "a.csv.zst",
        zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
      ),
    ])
      expect((await openForTest(file)).rows).toBe(20_000);
  });

  it("reads Parquet whatever its name is", async () => {
    const folder = testFolder();
    await writeBySql(`COPY (SELECT range AS a FROM range(5)) TO '${folder.path("p.bin")}' (FORMAT parquet)`);
    expect((await openForTest(folder.path("p.bin"))).rows).toBe(5);
  });

  it("reads a column whose later rows do not fit the type of its first 20,480", async () => {
    const rows = Array.from({ length: 25_000 }, (_, index) => `${index},x`);
    const table = await openForTest(testFolder().write("late.csv", `a,b\n${rows.join("\n")}\nlate,y\n`));
    expect(table.columns[0]).toEqual({ name: "a", sqlType: "VARCHAR" });
    expect(table.rows).toBe(25_001);
  });

  it("reads decimal commas between semicolons as numbers", async () => {
    const table = await openForTest(testFolder().write("eu.csv", "a;b\n1,5;x\n2,5;y\n"));
    expect(table.columns[0]?.sqlType).toBe("DOUBLE");
  });

  it("says where the first line reads like a row rather than names", async () => {
    const rows = "ham,one two three four five six seven eight nine\nspam,ten\nham,eleven\n";
    const table = await openForTest(testFolder().write("a.csv", rows));
    expect(table.notes.join(" ")).toMatch(/reads like a value: "one two .*line of names missing/);
  });

  it("takes a line that begins with # for a row", async () => {
    expect((await openForTest(testFolder().write("hash.csv", "a,b\n#1,2\n3,4\n#5,6\n"))).rows).toBe(3);
  });
});

describe("several files are one table", () => {
  it("matches patterns in the order of names and no file twice", async () => {
    const folder = testFolder();
    for (const name of ["b.csv", "a.csv", "c.csv"]) folder.write(name, CSV);
    const table = await openForTest(folder.path("c.csv"), folder.path("*.csv"));
    expect(table.files).toEqual(["c.csv", "a.csv", "b.csv"].map(folder.path));
    expect(table.rows).toBe(9);
  });

  it("takes a folder by all tables in it and below it, and no hidden one", async () => {
    const folder = testFolder();
    for (const name of ["b", "a/deep", ".git", "_tmp"]) mkdirSync(folder.path(name), { recursive: true });
    for (const name of [
      "b/1.csv",
      "a/deep/2.csv",
      "3.csv",
      ".git/4.csv",
      "_tmp/5.csv",
      "b/.6.csv",
      "notes.md",
    ])
      folder.write(name, CSV);
    const table = await openForTest(folder.path("."));
    expect(table.files.map((file) => file.slice(folder.path("").length).replace(/^\/+/, ""))).toEqual([
      "3.csv",
      "a/deep/2.csv",
      "b/1.csv",
    ]);
    expect(table.rows).toBe(9);
  });

  it("takes of a LeRobot data set the rows alone", async () => {
    const folder = testFolder();
    for (const name of ["meta", "data/chunk-000", "data/chunk-001"])
      mkdirSync(folder.path(name), { recursive: true });
    folder.write("meta/info.json", '{"fps":30}');
    folder.write("meta/episodes.jsonl", '{"episode_index":0}\n');
    const write = (episode: number): string =>
      `COPY (SELECT ${episode} AS episode_index, [range, 1, 2]::FLOAT[] AS action FROM range(4)) TO '${folder.path(`data/chunk-00${episode}/episode_00000${episode}.parquet`)}' (FORMAT parquet)`;
    await writeBySql(write(0), write(1));
    const table = await openForTest(folder.path("."));
    expect([table.rows, namesOf(table)]).toEqual([
      8,
      ["episode_index", "action[0]", "action[1]", "action[2]"],
    ]);
  });

  it("refuses files that are written in different ways", async () => {
    const folder = testFolder();
    const files = [folder.write("a.csv", CSV), folder.write("b.jsonl", '{"size":1}\n{"size":2}\n')];
    expect(failureIn(await openTable(files))).toMatchObject({ code: "file_unreadable", file: files[1] });
  });
});

it("reads a thousand columns, and a mark in front of the names", async () => {
  const names = Array.from({ length: 1_000 }, (_, at) => `c${at}`);
  const rows = [1, 2].map((row) => names.map(() => row).join(","));
  const table = await openForTest(
    testFolder().write("wide.csv", `\ufeff${names.join(",")}\n${rows.join("\n")}\n`),
  );
  expect(namesOf(table)).toEqual(names);
});

it("Parquet that is cut or has bytes changed is read or refused, and never ends the process", async () => {
  const folder = testFolder();
  await writeBySql(
    `COPY (SELECT range AS a, 'w' || range AS b, [range] AS c FROM range(300)) TO '${folder.path("a.parquet")}' (FORMAT parquet)`,
  );
  const bytes = readFileSync(folder.path("a.parquet"));
  const damage = fc.oneof(
    fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length)),
    // The last bytes are the footer: it says where and how large everything is.
    fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 255 })).map(([fromEnd, by]) => {
      const changed = Buffer.from(bytes);
      const at = Math.max(0, bytes.length - 1 - fromEnd);
      changed[at] = (changed[at] ?? 0) ^ by;
      return changed;
    }),
  );
  const property = fc.asyncProperty(damage, async (content) => {
    const table = await openTable([folder.write("b.parquet", content)]);
    if (table.ok) table.value.close();
    else expect(["file_unreadable", "no_rows", "too_few_rows"]).toContain(table.failure.code);
  });
  await fc.assert(property, { numRuns: 12 });
});

describe("a hostile name or content reads nothing else", () => {
  it("opens a file whose name holds signs of patterns and quotes, and no other", async () => {
    const folder = testFolder();
    const file = folder.write("[ab]*it's.csv", CSV);
    folder.write("axit's.csv", "other\n1\n2\n");
    const table = await openForTest(file);
    expect(namesOf(table)).toEqual(["size", "color"]);
    expect(table.rows).toBe(3);
  });

  it("denies its database every other file, and any way out", async () => {
    const folder = testFolder();
    const other = folder.write("other.csv", "secret\n1\n2\n");
    const { database } = (await openForTest(folder.write("a.csv", CSV))).source;
    for (const sql of [
      `FROM read_csv('${other}')`,
      "FROM read_text('/etc/hostname')",
      `FROM glob('${folder.path("*")}')`,
      `COPY (SELECT 1) TO '${folder.path("out.csv")}'`,
      `ATTACH '${folder.path("x.db")}'`,
      "SET enable_external_access = true",
      `SET allowed_paths = ['${other}']`,
      "LOAD httpfs",
    ])
      await expect(database.rows(sql), sql).rejects.toThrow();
  });

  it("refuses JSON that is nested deep enough to end the process", async () => {
    const folder = testFolder();
    const list = folder.write("list.json", `[${"[".repeat(200_000)}1${"]".repeat(200_000)}]`);
    const lines = folder.write("a.jsonl", `{"a":"open\n${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}\n`);
    for (const file of [list, lines]) {
      const failure = failureIn(await openTable([file]));
      expect(failure).toMatchObject({ code: "file_unreadable", file });
      expect(failure.detail).toContain("nested more than 256 deep");
    }
  });
});

describe("what cannot be read is refused with its reason and the fix", () => {
  const deepParquet = async (): Promise<string> => {
    const file = testFolder().path("cut.parquet");
    await writeBySql(`COPY (SELECT range AS a FROM range(5000)) TO '${file}' (FORMAT parquet)`);
    truncateSync(file, Math.floor(readFileSync(file).length / 2));
    return file;
  };
  const written = (name: string, content: string | Uint8Array) => async (): Promise<string> =>
    testFolder().write(name, content);
  const latin = Buffer.from(`a,b\n${"1,plain\n".repeat(60_000)}2,M\xfcller\n`, "latin1");

  it.each<[string, () => Promise<string>, string, RegExp]>([
    ["a missing file", async () => testFolder().path("none.csv"), "file_not_found", /does not exist/],
    ["a pattern without a match", async () => testFolder().path("*.csv"), "file_not_found", /does not exist/],
    ["an address", async () => "s3://bucket/a.parquet", "file_not_found", /files on this machine/],
    ["an empty file", written("a.csv", ""), "no_rows", /no rows/],
    ["names alone", written("a.csv", "a,b\n"), "no_rows", /no rows/],
    ["an empty list", written("a.json", "[]"), "no_rows", /no rows/],
    ["one row", written("a.csv", "a,b\n1,2\n"), "too_few_rows", /one row/],
    ["no line of names", written("a.csv", "1,2\n3,4\n5,6\n"), "file_unreadable", /line of names/],
    [
      "binary garbage",
      written(
        "a.csv",
        Uint8Array.from({ length: 999 }, (_, at) => (at * 7919) % 256),
      ),
      "file_unreadable",
      /binary/,
    ],
    ["a program", written("a.py", "import os, sys\nprint(1, 2)\n"), "file_unreadable", /neither a table/],
    [
      "a program named otherwise",
      written("a", "import os, sys\nprint(1)\n"),
      "file_unreadable",
      /numbers of fields/,
    ],
    ["a page instead of a file", written("a.csv", "<!DOCTYPE html><p>a,b"), "file_unreadable", /web page/],
    [
      "a pointer instead of a file",
      written("a.parquet", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
      "file_unreadable",
      /Git LFS/,
    ],
    ["UTF-16 without a mark", written("a.csv", Buffer.from(CSV, "utf16le")), "file_unreadable", /UTF-16/],
    ["UTF-16", written("a.csv", Buffer.from(`\ufeff${CSV}`, "utf16le")), "file_unreadable", /UTF-16/],
    [
      "Latin-1 in the first lines",
      written("a.csv", Buffer.from("a,b\n1,M\xfcller\n2,x\n", "latin1")),
      "file_unreadable",
      /UTF-8/,
    ],
    ["Latin-1 far behind the first lines", written("a.csv", latin), "file_unreadable", /UTF-8/],
    [
      "lines of different lengths",
      written("a.csv", "a,b,c\n1,2,3\n1,2\n1,2,3,4\n"),
      "file_unreadable",
      /numbers of fields/,
    ],
    ["malformed JSON", written("a.jsonl", '{"a":1}\n{"a":\n{"a":2}\n'), "file_unreadable", /malformed/],
    [
      "JSON that is no objects",
      written("a.jsonl", "1\n2\n3\n"),
      "file_unreadable",
      /does not begin|not objects/,
    ],
    ["a list of numbers", written("a.json", "[1,2,3]"), "file_unreadable", /not objects/],
    [
      "an old Excel workbook",
      written("a.xls", Buffer.from("d0cf11e0a1b11ae1", "hex")),
      "file_unreadable",
      /\.xls/,
    ],
    [
      "a bomb of one line",
      written("a.csv.gz", gzipSync(Buffer.alloc(4_000_000, "0"))),
      "file_unreadable",
      /larger than/,
    ],
    ["a pickle", written("a.parquet", Buffer.from("80049528000000", "hex")), "file_unreadable", /pickle/],
    ["text that is no table", written("note", "hello world\nthis is prose\n"), "file_unreadable", /neither/],
    [
      "damaged gzip",
      written("a.csv.gz", Buffer.from("1f8b08000000000000ffffffffff", "hex")),
      "file_unreadable",
      /damaged|cut/,
    ],
    ["Parquet cut short", deepParquet, "file_unreadable", /cut short/],
    ["a text file named .parquet", written("a.parquet", CSV), "file_unreadable", /Parquet/],
  ])("%s", async (_, make, code, says) => {
    const failure = failureIn(await openTable([await make()]));
    expect(failure.code).toBe(code);
    expect(failure.detail).toMatch(says);
    expect(failure.fix).toMatch(/^[A-Z].*\.$/);
  });

  it("a folder without a table in it", async () => {
    const folder = testFolder();
    mkdirSync(folder.path("empty"));
    expect(failureIn(await openTable([folder.path("empty")])).detail).toContain("without a table");
  });

  it("shows no value of a row", async () => {
    const file = testFolder().write("a.csv", `a,b\n${"1,2\n".repeat(30_000)}secret-value,2,3\n`);
    expect(JSON.stringify(failureIn(await openTable([file])))).not.toContain("secret-value");
  });
});
