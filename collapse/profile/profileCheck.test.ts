import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check } from "../check.ts";
import { compare } from "../compare.ts";
import type { CheckRequest } from "../contracts/options.ts";
import type { Report } from "../contracts/report.ts";
import { seededRandom } from "../numerics/random.ts";
import { profile } from "./makeProfile.ts";

const ROWS = 500;

let folder = "";
let ofFile: Report;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collapse-profile-"));
  await writeTable("real.csv", 1, ROWS, 9);
  await writeTable("fresh.csv", 2, ROWS, 9);
  await writeTable("narrow.csv", 3, ROWS, 0.6);
  await writeTable("few.csv", 4, 30, 9);
  await writeProfile("whole", 50_000);
  // Told by its first bytes, whatever it is called.
  await writeProfile("bare.csv", 0);
  ofFile = await reportOf("narrow.csv", "real.csv");
});
afterAll(() => rm(folder, { recursive: true }));

const pathOf = (name: string): string => join(folder, name);

/** Three columns that depend on each other; none of the first lies farther out than `spread`. */
async function writeTable(name: string, seed: number, rows: number, spread: number): Promise<void> {
  const random = seededRandom(seed, "table");
  const lines = Array.from({ length: rows }, () => {
    const x = Math.max(-spread, Math.min(spread, random.normal()));
    const y = x * x + random.normal();
    return `${x.toFixed(3)},${y.toFixed(3)},${x + random.normal() > 0.5 ? "north" : "south"}`;
  });
  await writeFile(pathOf(name), `x,y,shop\n${lines.join("\n")}\n`);
}

async function writeProfile(name: string, sampledRows: number, of = "real.csv"): Promise<void> {
  const made = await profile({ reference: [pathOf(of)], sampledRows });
  if (!made.ok) throw new Error(made.failure.detail);
  await writeFile(pathOf(name), made.value.bytes);
}

async function reportOf(
  candidate: string,
  reference: string,
  over: Partial<CheckRequest> = {},
): Promise<Report> {
  const outcome = await check({
    candidate: [pathOf(candidate)],
    reference: [pathOf(reference)],
    quick: true,
    ...over,
  });
  if (!outcome.ok) throw new Error(outcome.failure.detail);
  return outcome.value;
}

async function codeOf(request: CheckRequest): Promise<string> {
  const outcome = await check({ quick: true, ...request });
  return outcome.ok ? outcome.value.verdict : outcome.failure.code;
}

/** All of a report that does not say where its reference was. */
const measuredOf = ({ notes: _, data, ...report }: Report): string =>
  JSON.stringify({ ...report, data: { ...data, reference: data.reference?.rows } });

describe("a check against a profile", () => {
  test("that holds the whole sample gives the file's report, byte for byte", async () => {
    const report = await reportOf("narrow.csv", "whole");
    expect(measuredOf(report)).toBe(measuredOf(ofFile));
    expect(report.data.reference).toEqual({ files: [pathOf("whole")], rows: ROWS });
    expect(report.notes.join(" ")).toContain("holds 500 rows of real data");
  });

  test("without rows measures what sums tell, and says what it cannot", async () => {
    const report = await reportOf("narrow.csv", "bare.csv");
    expect(report.dimensions.distribution_fidelity.status).toBe("bad");
    expect(report.dimensions.generalization_gap.status).toBe("not_computable");
    expect(report.harm.generative).toMatchObject({ verdict: "insufficient_data", channels: [] });
    expect(report.harm.generative?.because).toContain("a profile without rows");
    expect(report.evidence?.p).toBeLessThan(0.01);
    expect(report.notes.join(" ")).toContain("The profile holds no rows");
  });

  test("without rows compares a candidate of far fewer rows than a bucket has", async () => {
    await writeTable("large.csv", 5, 9_000, 9);
    await writeProfile("large.profile", 0, "large.csv");
    const fresh = await reportOf("fresh.csv", "large.profile");
    const narrow = await reportOf("narrow.csv", "large.profile");
    expect([fresh.evidence?.rows_a_side, narrow.evidence?.rows_a_side]).toEqual([384, 384]);
    expect(fresh.evidence?.p).toBeGreaterThan(0.01);
    expect(narrow.evidence?.p).toBeLessThan(0.01);
  });

  test("without rows says of a few rows that they are too few", async () => {
    expect((await reportOf("few.csv", "bare.csv")).verdict).toBe("insufficient_data");
  });

  test.each([
    ["a column that it does not predict", { target: "y" }],
    ["a group that it does not keep together", { group: "shop" }],
    ["another type", { schema: { columns: { x: { type: "category" as const } } } }],
  ])("asked for %s is refused: the profile has fixed it", async (_, over) => {
    const [candidate, reference] = [[pathOf("fresh.csv")], [pathOf("bare.csv")]];
    expect(await codeOf({ candidate, reference, ...over })).toBe("bad_option");
  });

  test.each([
    ["cut", (bytes: Uint8Array) => bytes.subarray(0, 1_000), "profile_damaged"],
    ["changed", (bytes: Uint8Array) => bytes.with(500, 255 - (bytes[500] ?? 0)), "profile_damaged"],
    ["of a later version", (bytes: Uint8Array) => bytes.with(8, 9), "profile_too_new"],
  ])("that was %s is refused with what to do about it", async (name, broken, code) => {
    const path = pathOf(`${name}.profile`);
    await writeFile(path, broken(await readFile(pathOf("bare.csv"))));
    const outcome = await check({ candidate: [pathOf("fresh.csv")], reference: [path] });
    expect(outcome).toMatchObject({ ok: false, failure: { code, file: path } });
    expect(!outcome.ok && outcome.failure.fix).toMatch(/make (it|the profile) again/);
  });

  test("beside other files, or as the candidate, is refused", async () => {
    const [real, bare] = [pathOf("real.csv"), pathOf("bare.csv")];
    expect(await codeOf({ candidate: [real], reference: [bare, real] })).toBe("bad_option");
    expect(await codeOf({ candidate: [bare], reference: [real] })).toBe("bad_option");
  });
});

test("a comparison gives each candidate the report of its own check, the best first, the unreadable last", async () => {
  const candidates = ["gone.csv", "narrow.csv", "fresh.csv"].map(pathOf);
  const compared = await compare({ candidates, reference: [pathOf("real.csv")], quick: true });
  if (!compared.ok) throw new Error(compared.failure.detail);
  expect(compared.value.map(({ candidate }) => candidate)).toEqual(
    ["fresh.csv", "narrow.csv", "gone.csv"].map(pathOf),
  );
  const [best, second, last] = compared.value.map(({ outcome }) => outcome);
  expect(best?.ok && best.value.verdict).toBe("healthy");
  expect(second?.ok && JSON.stringify(second.value)).toBe(JSON.stringify(ofFile));
  expect(!last?.ok && last?.failure.code).toBe("file_not_found");
});
