import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from "dependency-cruiser";
import extractConfiguration from "dependency-cruiser/config-utl/extract-depcruise-config";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { afterAll, expect, it } from "vitest";
import { listFiles, ROOT } from "./sourceFiles.ts";

const ROOMS = [
  "workers",
  "functions",
  "drizzle",
  "gpu-runner",
  "cli",
  "deploy",
  "local",
  "docs",
  "bench",
  "tests",
] as const;
/** Fewer modules than this and the check has gone blind, whatever else it says. */
const LEAST_MODULES = 150;

const configuration = await extractConfiguration(join(ROOT, ".dependency-cruiser.mjs"));
const tsConfig = extractTsConfig(join(ROOT, "tsconfig.json"));

const temporary: string[] = [];
afterAll(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

async function cruiseFolders(baseDir: string, folders: readonly string[]): Promise<ICruiseResult> {
  const { options = {}, ...rules } = configuration;
  const ruleSet: IFlattenedRuleSet = rules;
  const { output } = await cruise(
    [...folders],
    { ...options, baseDir, ruleSet, validate: true },
    options.enhancedResolveOptions,
    { tsConfig },
  );
  if (typeof output === "string") throw new Error(output);
  return output;
}

/** Names of the rules that two planted files violate; the second file is what the first imports. */
async function violationsOf(from: string, imported: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "house-"));
  temporary.push(folder);
  const plant = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const local = imported.endsWith(".ts");
  if (local) plant(imported, "export const planted = 1;\n");
  const up = "../".repeat(from.split("/").length - 1);
  plant(from, `import * as planted from "${local ? up + imported : imported}";\nexport default planted;\n`);
  const { summary } = await cruiseFolders(folder, ["."]);
  return summary.violations.map(({ rule }) => rule.name).filter((name) => name !== "resolvable");
}

it.each([
  ["functions/contracts/a.ts", "functions/observe/b.ts", "functions/contracts-directions"],
  ["functions/observe/a.ts", "functions/guard/b.ts", "functions/observe-directions"],
  ["functions/guard/a.ts", "functions/serve/b.ts", "functions/guard-directions"],
  ["functions/embed/a.ts", "functions/guard/b.ts", "functions/embed-directions"],
  ["functions/serve/a.ts", "functions/keep/b.ts", "functions/serve-directions"],
  ["functions/keep/a.ts", "functions/serve/b.ts", "functions/keep-directions"],
  ["functions/keep/a.ts", "functions/rights/b.ts", "functions/keep-directions"],
  ["functions/train/a.ts", "functions/guard/seal/seal.ts", "functions/train-directions"],
  ["functions/train/a.ts", "functions/keep/records/deleteRecord.ts", "functions/train-directions"],
  ["functions/rights/a.ts", "functions/serve/b.ts", "functions/rights-directions"],
  ["drizzle/a.ts", "functions/keep/b.ts", "drizzle-directions"],
  ["functions/keep/a.ts", "workers/b.ts", "functions/keep-directions"],
  ["workers/a.ts", "gpu-runner/b.ts", "workers-directions"],
  ["workers/a.ts", "local/b.ts", "workers-directions"],
  ["workers/a.ts", "cli/b.ts", "workers-directions"],
  ["local/a.ts", "workers/b.ts", "local-directions"],
  ["gpu-runner/a.ts", "functions/contracts/b.ts", "gpu-runner-directions"],
  ["collapse/a.ts", "functions/contracts/b.ts", "collapse-directions"],
  ["jobs/a.ts", "workers/b.ts", "jobs-directions"],
  ["cli/a.ts", "jobs/b.ts", "cli-directions"],
  ["cli/a.ts", "local/b.ts", "cli-directions"],
  ["deploy/a.ts", "workers/b.ts", "deploy-directions"],
  ["deploy/a.ts", "cli/b.ts", "deploy-directions"],
  ["local/a.ts", "deploy/b.ts", "local-directions"],
  ["functions/serve/a.ts", "hono", "functions-platform-free"],
  ["functions/serve/a.ts", "@hono/zod-openapi", "functions-platform-free"],
  ["functions/serve/a.ts", "cloudflare:workers", "functions-platform-free"],
  ["functions/serve/a.ts", "node:fs", "functions-no-core"],
  ["functions/serve/a.ts", "fs", "functions-no-core"],
  ["functions/serve/a.ts", "miniflare", "functions-platform-free"],
  ["cli/a.ts", "wrangler", "cli-without-platform"],
  ["functions/serve/a.ts", "functions/serve/b.test.ts", "not-into-tests"],
  ["functions/serve/a.ts", "functions/serve/testWorld.ts", "not-into-tests"],
  ["workers/a.ts", "tests/b.ts", "not-into-tests"],
])("refuses that %s imports %s", async (from, imported, rule) => {
  expect(await violationsOf(from, imported)).toContain(rule);
});

it.each([
  ["workers/a.ts", "functions/serve/b.ts"],
  ["functions/serve/a.ts", "functions/guard/b.ts"],
  ["functions/train/a.ts", "functions/keep/records/listRecords.ts"],
  ["functions/rights/a.ts", "functions/train/b.ts"],
  ["functions/keep/a.ts", "drizzle/b.ts"],
  ["drizzle/a.ts", "functions/contracts/b.ts"],
  ["gpu-runner/a.ts", "collapse/b.ts"],
  ["functions/contracts/a.ts", "zod"],
  ["functions/keep/a.test.ts", "workers/b.ts"],
  ["functions/keep/testWorld.ts", "local/b.ts"],
  ["deploy/a.ts", "local/b.ts"],
  ["cli/a.ts", "functions/observe/b.ts"],
  ["tests/a.ts", "local/b.ts"],
])("allows that %s imports %s", async (from, imported) => {
  expect(await violationsOf(from, imported)).toEqual([]);
});

it("refuses a cycle, in tests too, and lets a type point back", async () => {
  const cycle = async (back: string) => {
    const folder = mkdtempSync(join(tmpdir(), "house-"));
    temporary.push(folder);
    mkdirSync(join(folder, "tests"));
    writeFileSync(join(folder, "tests/a.ts"), 'import { b } from "./b.ts";\nexport const a = b;\n');
    writeFileSync(join(folder, "tests/b.ts"), back);
    const { summary } = await cruiseFolders(folder, ["."]);
    return summary.violations.map(({ rule }) => rule.name);
  };
  expect(await cycle('import { a } from "./a.ts";\nexport const b = () => a;\n')).toContain("no-cycles");
  expect(
    await cycle('import type { a } from "./a.ts";\nexport const b = 1;\nexport type A = typeof a;\n'),
  ).toEqual([]);
});

it("reads every module of the house, and finds no forbidden import", async () => {
  const inRoom = new RegExp(`^(${ROOMS.join("|")})/`);
  const tracked = listFiles().filter((path) => inRoom.test(path) && path.endsWith(".ts"));
  const rooms = ROOMS.filter((room) => tracked.some((path) => path.startsWith(`${room}/`)));
  const { modules, summary } = await cruiseFolders(ROOT, rooms);
  const read = modules
    .map(({ source }) => source)
    .filter((path) => inRoom.test(path) && path.endsWith(".ts"));
  expect(read.toSorted()).toEqual(tracked.toSorted());
  expect(read.length).toBeGreaterThanOrEqual(LEAST_MODULES);
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
});
