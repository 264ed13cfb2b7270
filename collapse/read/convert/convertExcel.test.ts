import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { openTable } from "../openTable.ts";
import { failureIn, openForTest, testFolder } from "../testFiles.ts";
import { bookOf, zipOf } from "./testZip.ts";

const cell = (place: string, type: string, value: string, style = ""): string =>
  `<c r="${place}" t="${type}"${style}><v>${value}</v></c>`;
const text = (place: string, value: string): string =>
  `<c r="${place}" t="inlineStr"><is><t>${value}</t></is></c>`;
const row = (...cells: readonly string[]): string => `<row>${cells.join("")}</row>`;

const PARTS = {
  "xl/sharedStrings.xml":
    '<sst><si><t>name</t></si><si><r><t>a, "b"</t></r><r><t> &amp; c</t></r><rPh><t>no</t></rPh></si></sst>',
  "xl/styles.xml":
    '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="171" formatCode="0.00&quot; m&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>',
};
const ROWS = [
  row(cell("A1", "s", "0"), text("B1", "day"), text("C1", "price"), text("D1", "ok"), text("E1", "none")),
  row(
    cell("A2", "s", "1"),
    cell("B2", "n", "43831", ' s="1"'),
    cell("C2", "n", "1.5E-3", ' s="3"'),
    cell("D2", "b", "1"),
    cell("E2", "e", "#N/A"),
  ),
  row(
    text("A3", "line\nbreak"),
    cell("B3", "n", "43832.5", ' s="2"'),
    cell("C3", "n", "2"),
    cell("D3", "b", "0"),
  ),
  row(cell("C5", "n", "3")),
].join("");

describe("a sheet of a workbook is a table", () => {
  const rowsOf = async (name: string) => {
    const table = await openForTest(name);
    const rows = await table.source.database.rows(
      `SELECT * REPLACE (day::VARCHAR AS day) FROM ${table.source.relation}`,
    );
    return { rows, notes: table.notes };
  };

  it("with its texts, numbers, dates and truths, and errors and empty cells as missing", async () => {
    const file = testFolder().write("book.xlsx", bookOf({ One: ROWS, Two: row(text("A1", "x")) }, PARTS));
    const { rows, notes } = await rowsOf(file);
    expect(rows).toEqual([
      { name: 'a, "b" & c', day: "2020-01-01 00:00:00", price: 0.0015, ok: true, none: null },
      { name: "line\nbreak", day: "2020-01-02 12:00:00", price: 2, ok: false, none: null },
      { name: null, day: null, price: 3, ok: null, none: null },
    ]);
    expect(notes).toEqual(["Read was the sheet `One`, one of 2 sheets."]);
  });

  it("that is named behind the file", async () => {
    const file = testFolder().write(
      "book.xlsx",
      bookOf({ One: row(text("A1", "x")), "My rows": ROWS }, PARTS),
    );
    expect((await rowsOf(`${file}#My rows`)).notes).toEqual([
      "Read was the sheet `My rows`, one of 2 sheets.",
    ]);
    const failure = failureIn(await openTable([`${file}#Rows`]));
    expect(failure).toMatchObject({ code: "file_unreadable" });
    expect([failure.detail, failure.fix].join(" ")).toMatch(/no sheet "Rows".* "One", "My rows"/);
  });
});

describe("what is no table is refused, and leaves nothing behind", () => {
  const zeros = "0".repeat(40 * 1024 * 1024);
  it.each([
    ["a bomb", () => bookOf({ One: zeros }), /would unpack to 40 MB, far more/],
    ["a zip archive of something else", () => zipOf({ "a.csv": "a,b\n1,2\n" }), /no Excel workbook/],
    [
      "a row wider than the names",
      () => bookOf({ One: row(text("A1", "a")) + row(text("B2", "b")) }),
      /column 2/,
    ],
    ["a cell that points nowhere", () => bookOf({ One: row(cell("A1", "s", "7")) }), /not there/],
    [
      "entities that grow",
      () => zipOf({ "xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>' }),
      /XML is damaged/,
    ],
    ["XML that ends early", () => bookOf({ One: "<row><c>" }), /XML is damaged/],
    [
      "nothing but noise",
      () => Buffer.concat([Buffer.from("PK\u0003\u0004"), randomBytes(300)]),
      /Excel content is damaged/,
    ],
    ["an empty sheet", () => bookOf({ One: "" }), /has no rows/],
  ])("%s", async (_, content, detail) => {
    const folder = testFolder();
    const temporary = testFolder().path(".");
    vi.stubEnv("TMPDIR", temporary);
    const failure = failureIn(await openTable([folder.write("book.xlsx", content())]));
    expect(failure.detail).toMatch(detail);
    expect(failure.fix).toMatch(/\w/);
    vi.unstubAllEnvs();
    expect(readdirSync(temporary)).toEqual([]);
  });
});

it("cut or with a byte of it changed, it is read or refused, and never ends the process", async () => {
  const folder = testFolder();
  const bytes = Buffer.from(bookOf({ One: ROWS }, PARTS));
  const damage = fc.oneof(
    fc.integer({ min: 4, max: bytes.length - 1 }).map((length) => bytes.subarray(0, length)),
    fc
      .tuple(fc.integer({ min: 4, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }))
      .map(([at, by]) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        return changed;
      }),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (content) => {
      const table = await openTable([folder.write("a.xlsx", content)]);
      if (table.ok) table.value.close();
      else expect(["file_unreadable", "no_rows", "too_few_rows"]).toContain(table.failure.code);
    }),
    { numRuns: 40 },
  );
});
