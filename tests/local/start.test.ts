import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@neondatabase/serverless";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { freePort } from "../../local/supervise/ports.ts";
import { endLeftovers, processesOfStack } from "../../local/supervise/processes.ts";

// `npm start` as an operator meets it: one process, one folder, signals.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const devFileSchema = z.object({
  url: z.string(),
  key: z.string(),
  admin_key: z.string(),
  platform_key: z.string(),
  runner_url: z.string(),
});
const pidsSchema = z.object({ supervisor: z.number(), edge: z.number() });
const secretsSchema = z.object({ database_owner_password: z.string(), redis_token: z.string() });

const dataDir = mkdtempSync(join(tmpdir(), "headgate-start-"));
let port = 0;
let postgresPort = 0;

const readData = (name: string): unknown => JSON.parse(readFileSync(join(dataDir, name), "utf8"));
const devFile = () => devFileSchema.parse(readData("dev.json"));

interface Start {
  readonly child: ChildProcess;
  /** Everything it printed so far, both streams. */
  readonly output: () => string;
}

function start(changes: Record<string, string> = {}): Start {
  const settings = {
    HEADGATE_DATA_DIR: dataDir,
    HEADGATE_PORT: String(port),
    HEADGATE_PG_PORT: String(postgresPort),
  };
  const child = spawn(process.execPath, ["local/start.ts"], {
    cwd: ROOT,
    env: { ...process.env, ...settings, ...changes },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  return { child, output: () => output };
}

/** Resolves when it prints its curl; fails with all it said when it ends before. */
async function untilUp({ child, output }: Start): Promise<void> {
  const ended = once(child, "exit").then(() => Promise.reject(new Error(output())));
  const up = new Promise<void>((resolve) => {
    child.stdout?.on("data", () => output().includes("\ncurl ") && resolve());
  });
  await Promise.race([up, ended]);
  ended.catch(() => undefined);
}

/** Starts where it must not succeed; resolves to what it said and how it ended. */
async function refusedStart(changes: Record<string, string> = {}): Promise<{ said: string; code: unknown }> {
  const { child, output } = start(changes);
  const [code] = await once(child, "close");
  return { said: output().trim(), code };
}

const models = (key: string) =>
  fetch(`${devFile().url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });

beforeAll(async () => {
  port = await freePort();
  postgresPort = await freePort();
});
afterAll(async () => {
  await endLeftovers(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

describe("npm start", () => {
  let first: Start;

  test("brings all up, prints a curl that answers 200, and writes secrets for their owner alone", async () => {
    first = start();
    await untilUp(first);
    const command = first.output().slice(first.output().indexOf("\ncurl "));
    const curl = spawn("bash", ["-c", `${command.trim()} -s -o /dev/null -w '%{http_code}'`]);
    const [status] = await once(curl.stdout, "data");
    expect(String(status)).toBe("200");
    for (const name of ["dev.json", "secrets.json"])
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
  });

  test("refuses a folder that is in use, and a port that is, in one sentence each", async () => {
    expect(await refusedStart()).toEqual({
      code: 1,
      said: `The data folder ${dataDir} is in use by process ${first.child.pid}; stop that one, or set HEADGATE_DATA_DIR to another folder.`,
    });
    const other = mkdtempSync(join(tmpdir(), "headgate-start-"));
    expect(await refusedStart({ HEADGATE_DATA_DIR: other })).toEqual({
      code: 1,
      said: `Port ${port} is in use; free it, or set HEADGATE_PORT to another port.`,
    });
    rmSync(other, { recursive: true });
  });

  test("finds its data and keys again after supervisor and edge were killed at once", async () => {
    const before = devFile();
    const pids = pidsSchema.parse(readData("pids.json"));
    process.kill(pids.edge, "SIGKILL");
    process.kill(pids.supervisor, "SIGKILL");
    await once(first.child, "exit");
    first = start();
    await untilUp(first);
    expect(devFile()).toEqual({ ...before, runner_url: devFile().runner_url });
    expect((await models(before.key)).status).toBe(200);
  });

  test("leaves no process behind when its supervisor is killed", async () => {
    first.child.kill("SIGKILL");
    await expect.poll(() => processesOfStack(dataDir), { timeout: 15_000 }).toEqual([]);
  });

  test("ends with code 0 on SIGTERM, and nothing of it runs afterwards", async () => {
    first = start();
    await untilUp(first);
    await plantUnknownMigration();
    first.child.kill("SIGTERM");
    expect(await once(first.child, "exit")).toEqual([0, null]);
    expect(processesOfStack(dataDir)).toEqual([]);
  });

  test("says in one sentence that the database holds a migration it does not know", async () => {
    const { said, code } = await refusedStart();
    expect(code).toBe(1);
    const sentences = said.split("\n").filter((line) => !/^\s*[0-9.]+ s {2}|^\{/.test(line));
    expect(sentences).toEqual([
      "The database holds migration 9999_from_the_future, which this version does not know.",
    ]);
    expect(processesOfStack(dataDir)).toEqual([]);
  });
});

async function plantUnknownMigration(): Promise<void> {
  const { database_owner_password: password } = secretsSchema.parse(readData("secrets.json"));
  const client = new Client({ connectionString: `postgresql://postgres:${password}@localhost/headgate` });
  client.neonConfig.pipelineConnect = false;
  client.neonConfig.wsProxy = () => `127.0.0.1:${postgresPort}/v2`;
  client.neonConfig.useSecureWebSocket = false;
  await client.connect();
  await client.query("INSERT INTO headgate_migrations (name, checksum) VALUES ('9999_from_the_future', '')");
  await client.end();
}
