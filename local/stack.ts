import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { MigrationError, migrateUp } from "../drizzle/migrate.ts";
import { lockDataDir } from "./dataDirLock.ts";
import { ensureDevFile } from "./devFile.ts";
import { refuseUnboundRole } from "./refuseUnboundRole.ts";
import { type Part, type PartEvents, type PartName, type PartSpec, startPart } from "./supervise/part.ts";
import { type MigrationPlan, type Plan, planStack } from "./supervise/plan.ts";
import { freePort, staysBusy } from "./supervise/ports.ts";
import { endLeftovers } from "./supervise/processes.ts";
import { openSecrets, writePrivately } from "./supervise/secrets.ts";
import { type Environment, readStackSettings, type StackSettings } from "./supervise/settings.ts";
import { StartError } from "./supervise/startError.ts";

export interface StackOptions {
  /** Where everything is kept; made when missing. */
  readonly dataDir: string;
  /** Port of the edge; unset: any that is free. */
  readonly port?: number;
  /** Settings as environment variables: those of `npm start`, of the Worker, and of the runner. */
  readonly overrides?: Environment;
  /** What the parts write, line by line. */
  readonly onLine?: (line: string) => void;
  /** What the start has reached, for people. */
  readonly onProgress?: (text: string) => void;
  /** Ends a start that is still under way. */
  readonly signal?: AbortSignal;
  /** The Worker's wrangler.toml, where it is not the repository's. */
  readonly edgeConfigPath?: string;
}

/** A running cell `local`. */
export interface Stack {
  readonly url: string;
  readonly key: string;
  readonly adminKey: string;
  /** Of the platform organization: founds organizations, and nothing else. */
  readonly platformKey: string;
  readonly runnerUrl: string;
  readonly dataDir: string;
  /** What the Worker was given, secrets included: tests connect to the same database and Redis with it. */
  readonly bindings: Readonly<Record<string, string>>;
  /** The parts; null where the settings name a server of somebody else's. */
  readonly parts: {
    readonly postgres: Part | null;
    readonly redis: Part | null;
    readonly runner: Part | null;
    readonly edge: Part;
  };
  /** Runs the Worker's cron handler, as the clock does every five minutes. */
  runScheduled(): void;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Brings up the whole product: Postgres, Redis, the runner and the edge, each a process of its own that is
 * started again when it dies. Throws a `StartError` with one sentence; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDataDir(join(dataDir, "stack"));
  if (!lock.ok)
    throw new StartError(
      `The data folder ${options.dataDir} is in use by process ${lock.failure.heldByPid}; stop that one, or set HEADGATE_DATA_DIR to another folder.`,
    );
  const parts: Part[] = [];
  const stop = async () => {
    // The edge first: it still needs the others to finish what it has accepted.
    await Promise.all(parts.filter(({ name }) => name === "edge").map((part) => part.stop()));
    await Promise.all(parts.map((part) => part.stop()));
    await endLeftovers(dataDir);
    lock.value.release();
  };
  try {
    await endLeftovers(dataDir);
    return await Promise.race([bringUp(options, dataDir, parts, stop), aborted(options.signal)]);
  } catch (error) {
    await stop();
    throw error;
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new StartError("The start was interrupted."));
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function bringUp(
  options: StackOptions,
  dataDir: string,
  parts: Part[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const environment = { ...process.env, ...options.overrides };
  const settings = readStackSettings(environment);
  const ports = await choosePorts(settings, options.port);
  const plan = planStack({
    settings,
    environment,
    ports,
    dataDir,
    secrets: openSecrets(dataDir),
    root: ROOT,
    edgeConfigPath: options.edgeConfigPath ?? join(ROOT, "wrangler.toml"),
  });
  if (options.signal?.aborted) throw new StartError("The start was interrupted.");
  const report = progressReporter(options.onProgress);
  const events = partEvents(options, dataDir, parts);
  const start = (spec: PartSpec): Part => {
    const part = startPart(spec, events);
    parts.push(part);
    return part;
  };
  const running = {
    postgres: plan.postgres && start(plan.postgres),
    redis: plan.redis && start(plan.redis),
    runner: plan.runner && start(plan.runner),
    edge: start(plan.edge),
  };
  const url = `http://${settings.HEADGATE_HOST}:${ports.edge}`;
  const serving = parts.map((part) => part.ready().then(() => report(`${part.name} is ready`)));
  const migrated = prepareDatabase(plan, running.postgres, report);
  const bound = migrated.then(() => refuseUnboundRole(plan.bindings));
  await Promise.all([...serving, bound]);
  const dev = await ensureDevFile({ dataDir, url, runnerUrl: plan.runnerUrl, bindings: plan.bindings });
  report(dev.seeded ? "organizations and keys are made" : "keys of the last start still hold");
  const runScheduled = () => running.edge.send("run-scheduled");
  runScheduled();
  return {
    url,
    key: dev.key,
    adminKey: dev.adminKey,
    platformKey: dev.platformKey,
    runnerUrl: plan.runnerUrl,
    dataDir,
    bindings: plan.bindings,
    parts: running,
    runScheduled,
    stop,
  };
}

async function prepareDatabase(
  { migration }: Plan,
  postgres: Part | null,
  report: (text: string) => void,
): Promise<void> {
  if (migration === null) return;
  await postgres?.ready();
  const changed = await migrate(migration);
  report(changed === 0 ? "the database is up to date" : `the database took ${changed} migrations`);
}

async function migrate({ ownerUrl, ...options }: MigrationPlan): Promise<number> {
  try {
    return (await migrateUp(ownerUrl, options)).changed.length;
  } catch (error) {
    if (error instanceof MigrationError) throw new StartError(error.message);
    throw error;
  }
}

type Ports = Record<"edge" | "postgres" | "redis" | "runner", number>;

/** The ports of this run. They stay the same when a part is started again, so that the others find it. */
async function choosePorts(settings: StackSettings, edgePort: number | undefined): Promise<Ports> {
  const chosen: Ports = {
    edge: edgePort ?? (await freePort()),
    postgres: settings.HEADGATE_PG_PORT ?? (await freePort()),
    redis: settings.HEADGATE_REDIS_PORT ?? (await freePort()),
    runner: settings.HEADGATE_RUNNER_PORT ?? (await freePort()),
  };
  const busy = async (port: number, setting: string, host?: string) => {
    if (await staysBusy(port, host))
      throw new StartError(`Port ${port} is in use; free it, or set ${setting} to another port.`);
  };
  await busy(chosen.edge, "HEADGATE_PORT", settings.HEADGATE_HOST);
  await busy(chosen.postgres, "HEADGATE_PG_PORT");
  await busy(chosen.redis, "HEADGATE_REDIS_PORT");
  await busy(chosen.runner, "HEADGATE_RUNNER_PORT");
  return chosen;
}

function progressReporter(onProgress: StackOptions["onProgress"]): (text: string) => void {
  const startedMs = performance.now();
  return (text) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    onProgress?.(`${seconds.padStart(5)} s  ${text}`);
  };
}

function partEvents(options: StackOptions, dataDir: string, parts: readonly Part[]): PartEvents {
  let started: ReadonlySet<PartName> = new Set();
  const line = (text: string) => options.onLine?.(text);
  return {
    onLine: line,
    onReady(part) {
      const pids = Object.fromEntries(parts.map(({ name, pid }) => [name, pid]));
      writePrivately(join(dataDir, "pids.json"), { supervisor: process.pid, ...pids });
      // The first time the database may not be migrated yet; the start itself asks for the sweep.
      if (started.has(part.name) && part.name === "edge") part.send("run-scheduled");
      started = new Set([...started, part.name]);
    },
    onDeath(name, why, pauseMs) {
      const message = `${why}; it starts again in ${pauseMs} ms`;
      line(JSON.stringify({ time: new Date().toISOString(), level: "warn", part: name, message }));
    },
  };
}
