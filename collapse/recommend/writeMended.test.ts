import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findRawTable, type OutputForm } from "./rawTable.ts";
import { writeMended } from "./writeMended.ts";

const ROWS = 30_000;
let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "headgate-mended-")));
  const lines = Array.from({ length: ROWS }, (_, row) => `${row},00${row % 7},"say ""${row}"""`);
  writeFileSync(join(folder, "candidate.csv"), `id,code,words\n${lines.join("\n")}\n`);
  writeFileSync(join(folder, "real.csv"), "words,other,metres\nreal,1,2.5\nmore,2,5\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const tableOf = async (name: string) => {
  const table = await findRawTable([join(folder, name)]);
  if (!table.ok) throw new Error(table.failure.detail);
  return table.value;
};

async function write(name: string, form: OutputForm, copies: Uint8Array): Promise<unknown> {
  return writeMended({
    candidate: { table: await tableOf("candidate.csv"), copies },
    reference: { table: await tableOf("real.csv"), copies: Uint8Array.of(1, 2) },
    columns: [
      { name: "id", fromReference: { name: "metres", scale: 0.5 } },
      { name: "code", fromReference: null },
      { name: "words", fromReference: { name: "words", scale: 1 } },
    ],
    output: join(folder, name),
    form,
    memoryBytes: undefined,
  });
}
const times = Uint8Array.from({ length: ROWS }, (_, row) => row % 3);

test("each row is written as often as it is taken, in its place and as it was, and real rows behind them", async () => {
  expect(await write("mended.csv", { kind: "csv", delimiter: "," }, times)).toEqual({
    ok: true,
    value: null,
  });
  const [head, ...lines] = readFileSync(join(folder, "candidate.csv"), "utf8").trimEnd().split("\n");
  const kept = lines.flatMap((line, row) => Array<string>(row % 3).fill(line));
  const real = ["5.0,,real", "10.0,,more", "10.0,,more"];
  expect(readFileSync(join(folder, "mended.csv"), "utf8").trimEnd().split("\n")).toEqual([
    head,
    ...kept,
    ...real,
  ]);
  expect(readdirSync(folder).filter((name) => name.includes(".new"))).toEqual([]);
});

test("Parquet holds the candidate's columns in their order, with their types", async () => {
  await write(
    "mended.parquet",
    { kind: "parquet" },
    Uint8Array.from(times, (count) => Math.min(1, count)),
  );
  const connection = await (await DuckDBInstance.create()).connect();
  const from = `FROM '${join(folder, "mended.parquet")}'`;
  const described = await connection.runAndReadAll(`DESCRIBE ${from}`);
  expect(described.getRows().map(([name, type]) => `${name} ${type}`)).toEqual([
    "id BIGINT",
    "code VARCHAR",
    "words VARCHAR",
  ]);
  const counted = await connection.runAndReadAll(
    `SELECT count(*)::INT, max(id)::INT, min(id)::INT, max(words) ${from}`,
  );
  expect(counted.getRows()).toEqual([[20_003, ROWS - 1, 1, 'say "9998"']]);
});

test("rows that are others than those of the file are refused, and nothing is left behind", async () => {
  expect(await write("none.csv", { kind: "csv", delimiter: "," }, times.subarray(1))).toMatchObject({
    ok: false,
    failure: { detail: expect.stringContaining("other rows than it holds") },
  });
  expect(readdirSync(folder).filter((name) => name.startsWith("none"))).toEqual([]);
});
