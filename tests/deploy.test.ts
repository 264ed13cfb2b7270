import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Cell, readCell } from "../deploy/cell.ts";
import { rehearse } from "../deploy/rehearsal/rehearse.ts";
import { readState } from "../deploy/rehearsal/state.ts";
import { filesHolding } from "./support/traces.ts";

// A deployment up to the providers' doors: `npm run deploy -- --cell eu1 --dry-run`, and what stops one.

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STEPS = ["preflight", "bucket", "database", "secrets", "worker", "keys", "smoke test"];

const folder = mkdtempSync(join(tmpdir(), "headgate-deploy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cellOf(name: string): Cell {
  const cell = readCell(name);
  if (!cell.ok) throw new Error(cell.failure.why);
  return cell.value;
}

describe("a rehearsed deployment", () => {
  const said: string[] = [];
  const half = () => said.findIndex((line) => line.endsWith("once more"));

  beforeAll(async () => {
    expect(await rehearse(cellOf("eu1"), (line) => said.push(line), folder)).toMatchObject({ ok: true });
  });

  test("prints its plan, and takes every step in that order", () => {
    const steps = (lines: string[], sign: RegExp) => lines.flatMap((line) => sign.exec(line)?.[1] ?? []);
    const first = said.slice(0, half());
    expect(steps(first.slice(0, STEPS.length + 1), /^ {2}\d\. ([^:]+): /)).toEqual(STEPS);
    expect(steps(first, /^✓ ([^:]+): /)).toEqual(STEPS);
  });

  test("bundles the cell's own configuration, migrates, sets secrets, and answers an act", () => {
    const { tag, buckets, calls } = readState(folder);
    expect(buckets).toEqual(["headgate-eu1@eu"]);
    expect(tag).toMatch(/^[0-9a-f]{12}-[0-9a-f]{8}$/);
    expect(statSync(join(folder, "bundle", "edge.js")).size).toBeGreaterThan(100_000);
    expect(calls.filter((words) => words.startsWith("deploy "))).toHaveLength(1);
    const text = said.join("\n");
    expect(text).toMatch(/✓ database: \d+ migrations applied; headgate_app is bound/);
    expect(text).toMatch(/✓ smoke test: all parts are up; act answered \d+ actions/);
  });

  test("finds nothing to do when it is repeated", () => {
    const second = said.slice(half());
    expect(second.some((line) => line.startsWith("…"))).toBe(false);
    expect(second.at(-1)).toBe("Nothing had to be changed.");
  });

  test("says no secret, and writes none where others look", () => {
    const kept = z
      .record(z.string(), z.string())
      .parse(JSON.parse(readFileSync(join(folder, "keys.json"), "utf8")));
    const local = z
      .record(z.string(), z.string())
      .parse(JSON.parse(readFileSync(join(folder, "data", "secrets.json"), "utf8")));
    const { secrets, calls } = readState(folder);
    const texts = [...Object.values(secrets), ...Object.values(kept), ...Object.values(local)]
      .flatMap((value) => value.split(/^\d+:/))
      .filter((text) => text.length > 20);
    expect(texts.length).toBeGreaterThan(10);
    const written = [
      ...said,
      ...calls,
      readFileSync(join(ROOT, ".build/cells/eu1/wrangler.toml"), "utf8"),
    ].join("\n");
    // The search can find them: the stand-in of the provider has them all.
    expect(filesHolding(folder, texts).length).toBeGreaterThan(10);
    expect(texts.filter((text) => written.includes(text))).toEqual([]);
    expect(filesHolding(join(folder, "bundle"), texts)).toEqual([]);
    expect(statSync(join(folder, "keys.json")).mode & 0o777).toBe(0o600);
  });
});

describe("a deployment to the provider", () => {
  const deploy = (...words: string[]): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, ["deploy/main.ts", ...words], { cwd: ROOT }, (error, out, err) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, said: out + err }),
      );
    });

  test("is refused while the cell still names the example's account", async () => {
    const { code, said } = await deploy("--cell", "eu1");
    expect(code).toBe(1);
    expect(said).toContain("✗ preflight: deploy/cells/eu1.toml still names the example's account or host.");
    expect(said).toContain("Nothing was changed.");
  });

  test("is refused for a cell that nobody described, and for words that nobody understands", async () => {
    expect(await deploy("--cell", "mars")).toEqual({
      code: 1,
      said: "There is no cell mars.\nChoose eu1 or us1, or add deploy/cells/mars.toml.\n",
    });
    expect((await deploy("--everywhere")).code).toBe(2);
  });
});
