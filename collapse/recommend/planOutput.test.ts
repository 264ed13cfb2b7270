import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planOutput } from "./planOutput.ts";
import type { RawTable } from "./rawTable.ts";

let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "headgate-output-")));
  writeFileSync(join(folder, "read.csv"), "a\n1\n");
  symlinkSync(join(folder, "read.csv"), join(folder, "link.csv"));
  mkdirSync(join(folder, "folder.csv"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const table: RawTable = {
  names: ["read.csv"],
  paths: [],
  format: { kind: "csv", compression: "none", delimiter: ";", quote: '"', decimal: "," },
};
const plan = (name: string) => planOutput(join(folder, name), table, [join(folder, "read.csv")]);

test.each([
  ["read.csv", /would be overwritten/],
  ["link.csv", /would be overwritten/],
  ["mended.xlsx", /no ending/],
  ["mended", /no ending/],
  ["gone/mended.csv", /There is no folder/],
  ["folder.csv", /is a folder/],
])("%s is refused before any work is done", async (name, detail) => {
  expect(await plan(name)).toMatchObject({
    ok: false,
    failure: { code: "bad_option", detail: expect.stringMatching(detail) },
  });
});

test("the ending says how it is written, and a CSV keeps the delimiter of the candidate", async () => {
  const forms = await Promise.all(["a.parquet", "a.jsonl", "a.csv", "a.tsv"].map(plan));
  expect(forms.map((one) => one.ok && one.value.form)).toEqual([
    { kind: "parquet" },
    { kind: "jsonl" },
    { kind: "csv", delimiter: ";" },
    { kind: "csv", delimiter: "\t" },
  ]);
});
