import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { exit, stdout } from "node:process";
import { ROOT } from "./sourceFiles.ts";

/**
 * `npm test`: every check that the repository has. The cheap ones run first, two at a time, and all of them
 * even when one fails; the tests follow when they pass. Says how long each took.
 */
const CHECKS: readonly (readonly [name: string, script: string])[] = [
  ["types of the edge", "check:types:edge"],
  ["types", "check:types"],
  ["dead code", "check:dead-code"],
  ["lint", "check:lint"],
  ["import directions", "check:imports"],
];

const LANES = 2;
const REPORT = `${ROOT}/.test-report.json`;

interface Result {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Runs one npm script; shows its output when it failed, or at once when it is live. */
function runScript(name: string, script: string, live = false): Promise<Result> {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    const child = spawn("npm", ["run", "--silent", script], {
      cwd: ROOT,
      stdio: live ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
    const finish = (passed: boolean) => {
      const seconds = (performance.now() - startedAtMs) / 1000;
      stdout.write(`${passed ? "✓" : "✗"} ${name} ${seconds.toFixed(1)} s\n`);
      if (!passed) stdout.write(Buffer.concat(output));
      resolve({ name, passed, seconds });
    };
    child.on("error", () => finish(false));
    child.on("close", (code) => finish(code === 0));
  });
}

async function runLanes(): Promise<Result[]> {
  const waiting = [...CHECKS];
  const results: Result[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await runScript(...next));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

await rm(REPORT, { force: true });
const checks = await runLanes();
const broken = checks.filter(({ passed }) => !passed);
if (broken.length > 0) {
  stdout.write(`\nNo test ran: ${broken.map(({ name }) => name).join(", ")} must pass first.\n`);
  exit(1);
}
const tests = await runScript("tests", "check:tests", true);
exit(tests.passed ? 0 : 1);
