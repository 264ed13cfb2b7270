import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check } from "./check.ts";
import type { CheckRequest } from "./contracts/options.ts";
import type { Report } from "./contracts/report.ts";
import { type Random, seededRandom, shuffledIndices } from "./numerics/random.ts";

const HEADER = ["size", "weight", "price", "shop"];
const SHOPS = ["north", "south", "east", "west"];
const ROWS = 1_500;

let folder = "";
let fresh: Report;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collapse-check-"));
  const real = rowsOf(seededRandom(1, "real"), ROWS);
  await writeTable("real.csv", real);
  await writeTable("fresh.csv", rowsOf(seededRandom(2, "real"), ROWS));
  await writeTable("shuffled.csv", shuffledColumns(real, seededRandom(3, "shuffle")));
  await writeTable("few.csv", real.slice(0, 90));
  await writeTable("renamed.csv", real, ["size", "weight", "cost", "shop"]);
  fresh = await reportOf("fresh.csv");
});
afterAll(() => rm(folder, { recursive: true }));

/** A price that follows from size and weight, not in a straight line, and differs by shop. */
function rowsOf(random: Random, rows: number): string[][] {
  return Array.from({ length: rows }, () => {
    const size = random.normal();
    const weight = 0.8 * size + 0.6 * random.normal();
    const shop = random.whole(SHOPS.length);
    const price = 2 * size - weight + 0.7 * size * size + 0.5 * shop + 0.3 * random.normal();
    return [size.toFixed(4), weight.toFixed(4), price.toFixed(4), SHOPS[shop] ?? ""];
  });
}

function shuffledColumns(rows: readonly string[][], random: Random): string[][] {
  const orders = HEADER.map(() => shuffledIndices(rows.length, random));
  return rows.map((_, row) => orders.map((order, column) => rows[order[row] ?? 0]?.[column] ?? ""));
}

const pathOf = (name: string): string => join(folder, name);

async function writeTable(name: string, rows: readonly string[][], header = HEADER): Promise<void> {
  await writeFile(pathOf(name), `${[header, ...rows].map((cells) => cells.join(",")).join("\n")}\n`);
}

async function reportOf(candidate: string, over: Partial<CheckRequest> = {}): Promise<Report> {
  const request = { candidate: [pathOf(candidate)], reference: [pathOf("real.csv")], quick: true, ...over };
  const outcome = await check(request);
  if (!outcome.ok) throw new Error(outcome.failure.detail);
  return outcome.value;
}

async function failureOf(request: CheckRequest): Promise<string> {
  const outcome = await check(request);
  return outcome.ok ? "no failure" : outcome.failure.code;
}

test("rows of the same process are healthy for either purpose", () => {
  expect([fresh.verdict, fresh.harm.predictive?.verdict, fresh.harm.generative?.verdict]).toEqual([
    "healthy",
    "healthy",
    "healthy",
  ]);
  expect(fresh.evidence?.p).toBeGreaterThan(0.01);
  expect(fresh.score).toBeGreaterThan(50);
});

test("columns shuffled against each other are collapsed, and the report says by what", async () => {
  const report = await reportOf("shuffled.csv");
  expect([report.verdict, report.harm.predictive?.verdict, report.harm.generative?.verdict]).toEqual([
    "collapsed",
    "collapsed",
    "collapsed",
  ]);
  expect(report.evidence?.p).toBeLessThan(0.01);
  expect(report.score).toBeLessThan(50);
  expect(report.summary).toHaveLength(3);
  expect(report.dimensions.correlation_preservation.status).toBe("bad");
  expect(report.dimensions.distribution_fidelity.status).toBe("ok");
});

test("the same request and files give the same bytes", async () => {
  expect(JSON.stringify(await reportOf("fresh.csv"))).toBe(JSON.stringify(fresh));
});

test("only the purpose that was asked for is judged", async () => {
  const { harm } = await reportOf("fresh.csv", { purpose: "generate" });
  expect([harm.predictive, harm.generative?.verdict]).toEqual([null, "healthy"]);
});

test("fewer rows than a verdict needs are not called healthy", async () => {
  expect((await reportOf("few.csv")).verdict).toBe("insufficient_data");
});

test("without a reference the newer rows are judged against the older, and nothing is proven", async () => {
  const report = await reportOf("fresh.csv", { reference: [] });
  expect(report.verdict).toBe("indeterminate");
  expect(report.data.reference).toBeNull();
  expect(report.notes.join(" ")).toContain("No reference was given");
});

test("what cannot be checked is a failure with a code, never an exception", async () => {
  const reference = [pathOf("real.csv")];
  expect(await failureOf({ candidate: [], reference })).toBe("bad_option");
  expect(await failureOf({ candidate: [pathOf("fresh.csv")], reference, seed: -1 })).toBe("bad_option");
  expect(await failureOf({ candidate: [pathOf("absent.csv")], reference })).toBe("file_not_found");
  expect(await failureOf({ candidate: [pathOf("renamed.csv")], reference })).toBe("column_missing");
});
