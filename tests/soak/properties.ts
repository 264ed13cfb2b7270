import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { circumstances, table, writeSection } from "./results.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SEEDS = 5;

interface Run {
  readonly seed: number;
  readonly held: boolean;
  readonly seconds: number;
}

/** Runs every property test with other seeds than `npm test` does; PROPERTY_SEED replays one. */
export async function proveProperties(report: (line: string) => void): Promise<boolean> {
  const files = propertyTests();
  const first = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000_000);
  const seeds = Array.from(
    { length: process.env.PROPERTY_SEED === undefined ? SEEDS : 1 },
    (_, at) => first + at,
  );
  const runs = seeds.map((seed): Run => {
    const startedMs = performance.now();
    const { status, stdout } = spawnSync("npx", ["vitest", "run", "--project", "unit", ...files], {
      cwd: ROOT,
      env: { ...process.env, PROPERTY_SEED: String(seed) },
      encoding: "utf8",
    });
    if (status !== 0) report(stdout);
    report(`seed ${seed}: ${status === 0 ? "all hold" : "NOT ALL HOLD"}`);
    return { seed, held: status === 0, seconds: (performance.now() - startedMs) / 1000 };
  });
  const columns = table<Run>(
    [
      ["seed", ({ seed }) => seed],
      ["properties", ({ held }) => (held ? "all hold" : "NOT ALL HOLD")],
      ["seconds", ({ seconds }) => Math.round(seconds)],
    ],
    runs,
  );
  writeSection(
    "properties",
    `${circumstances("npm run soak -- properties")}

The ${files.length} files with property tests, each with seeds that \`npm test\` does not use.

${columns}`,
  );
  return runs.every(({ held }) => held);
}

/** The unit tests that hold a property. */
function propertyTests(): string[] {
  const tracked = execFileSync("git", ["ls-files", "*.test.ts"], { cwd: ROOT, encoding: "utf8" }).split("\n");
  return tracked.filter(
    (file) =>
      file !== "" &&
      !file.startsWith("tests/") &&
      readFileSync(join(ROOT, file), "utf8").includes("fc.assert"),
  );
}
