import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SQL } from "drizzle-orm";
import { z } from "zod";
import type { Row } from "../../functions/contracts/ports.ts";
import { planStack } from "../../local/supervise/plan.ts";
import { freePort } from "../../local/supervise/ports.ts";
import { endLeftovers, processesOfGroup } from "../../local/supervise/processes.ts";
import { openSecrets } from "../../local/supervise/secrets.ts";
import { readStackSettings } from "../../local/supervise/settings.ts";
import { foundOrganization, ownerOf } from "../support/cell.ts";
import type { Caller } from "../support/load.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const devFileSchema = z.object({ url: z.string(), key: z.string() });
const pidsSchema = z.object({
  supervisor: z.number(),
  postgres: z.number(),
  redis: z.number(),
  runner: z.number(),
  edge: z.number(),
});

/** `npm start` as an operator runs it, with its processes laid open. */
export interface OperatedStack {
  readonly dataDir: string;
  /** One caller of each of two organizations. */
  readonly callers: readonly Caller[];
  asOwner(statement: SQL): Promise<Row[]>;
  /** A process of the stack as it runs now. */
  pidOf(name: keyof z.infer<typeof pidsSchema> | "workerd"): number;
  /** Runs `npm start` anew on the same folder and ports, and resolves when it serves. */
  startAgain(): Promise<void>;
  /** Ends everything and removes the folder. */
  remove(): Promise<void>;
}

/** Starts the stack on a folder and ports of its own, and founds a second organization. */
export async function operateStack(): Promise<OperatedStack> {
  const dataDir = mkdtempSync(join(tmpdir(), "headgate-soak-"));
  const ports = {
    edge: await freePort(),
    postgres: await freePort(),
    redis: await freePort(),
    runner: await freePort(),
  };
  const environment = {
    HEADGATE_DATA_DIR: dataDir,
    HEADGATE_PORT: String(ports.edge),
    HEADGATE_PG_PORT: String(ports.postgres),
    HEADGATE_REDIS_PORT: String(ports.redis),
    HEADGATE_RUNNER_PORT: String(ports.runner),
  };
  let child = await startChild(environment);
  const { bindings } = planStack({
    settings: readStackSettings(environment),
    environment,
    ports,
    dataDir,
    secrets: openSecrets(dataDir),
    root: ROOT,
    edgeConfigPath: join(ROOT, "wrangler.toml"),
  });
  const read = (name: string): unknown => JSON.parse(readFileSync(join(dataDir, name), "utf8"));
  const { url, key } = devFileSchema.parse(read("dev.json"));
  const neighbor = await foundOrganization(bindings);
  return {
    dataDir,
    callers: [
      { url, key, organization: "demo" },
      { url, key: neighbor.key, organization: "neighbor" },
    ],
    asOwner: ownerOf(dataDir, bindings),
    pidOf(name) {
      const pids = pidsSchema.parse(read("pids.json"));
      if (name !== "workerd") return pids[name];
      const [workerd] = processesOfGroup(pids.edge).filter((pid) => pid !== pids.edge);
      if (workerd === undefined) throw new Error("The edge has no workerd at this moment.");
      return workerd;
    },
    async startAgain() {
      child = await startChild(environment);
    },
    async remove() {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await endLeftovers(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resolves when it prints its curl; fails with what it said when it ends before. */
async function startChild(environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["local/start.ts"], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
  });
  let said = "";
  const up = new Promise<void>((resolve) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("\ncurl ")) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
  });
  const ended = once(child, "exit").then(() => Promise.reject(new Error(said)));
  ended.catch(() => undefined);
  await Promise.race([up, ended]);
  return child;
}
