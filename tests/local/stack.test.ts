import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, startStack } from "../../local/stack.ts";
import { PATIENT_SETTINGS } from "../support/cell.ts";

const dataDir = mkdtempSync(join(tmpdir(), "headgate-stack-"));
const lines: string[] = [];
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    dataDir,
    onLine: (line) => lines.push(line),
    overrides: { LOG_LEVEL: "info", ...PATIENT_SETTINGS },
  });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const status = async (url: string): Promise<number> => (await fetch(url)).status;

/** Kills one process and waits until the part it belongs to serves again. */
async function survives(
  part: { readonly pid: number | null; ready(): Promise<void> },
  pid: number | undefined,
) {
  const before = part.pid;
  if (pid === undefined) throw new Error("There is no such process.");
  process.kill(pid, "SIGKILL");
  await expect.poll(() => part.pid !== null && part.pid !== before, { timeout: 15_000 }).toBe(true);
  await part.ready();
}

describe("a part that is killed comes back on its port", () => {
  test("redis, with what it had answered", async () => {
    const { redis } = stack.parts;
    const { UPSTASH_REDIS_REST_URL: url = "", UPSTASH_REDIS_REST_TOKEN: token } = stack.bindings;
    const run = async (...command: string[]): Promise<unknown> => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(command) });
      return response.json();
    };
    await run("incrby", "test:quota", "41");
    if (redis) await survives(redis, redis.pid ?? undefined);
    expect(await run("incr", "test:quota")).toEqual({ result: 42 });
  });

  test("postgres", async () => {
    const { postgres } = stack.parts;
    if (postgres) await survives(postgres, postgres.pid ?? undefined);
    expect(await status(new URL("/healthz", stack.bindings.DATABASE_HTTP_URL).href)).toBe(200);
  });

  test("the runner", async () => {
    const { runner } = stack.parts;
    if (runner) await survives(runner, runner.pid ?? undefined);
    expect(await status(`${stack.runnerUrl}/v2/health/ready`)).toBe(200);
  });

  test("the edge, whether its own process dies or workerd alone", async () => {
    const { edge } = stack.parts;
    await survives(edge, edge.pid ?? undefined);
    expect(await status(`${stack.url}/health/live`)).toBe(200);
    await survives(edge, edge.processes()[1]);
    expect(await status(`${stack.url}/health/live`)).toBe(200);
  });

  test("and each death is one line in the log", () => {
    const deaths = lines.filter((line) => line.includes("it starts again in"));
    expect(deaths.map((line) => JSON.parse(line).part)).toEqual([
      "redis",
      "postgres",
      "runner",
      "edge",
      "edge",
    ]);
  });
});
