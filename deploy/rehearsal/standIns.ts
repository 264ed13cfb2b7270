import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { EDGE_SETTINGS_VARIABLE, edgeSettingsSchema } from "../../local/edge/settings.ts";
import { type Part, type PartSpec, startPart } from "../../local/supervise/part.ts";
import { planStack } from "../../local/supervise/plan.ts";
import { freePort } from "../../local/supervise/ports.ts";
import { openSecrets } from "../../local/supervise/secrets.ts";
import type { Inputs } from "../inputs.ts";
import { ROOT } from "../workerConfig.ts";

/** What a machine without a provider has in their places: an empty Postgres, Redis, a runner, and workerd. */
export interface StandIns {
  /** What an operator would copy from the consoles of Neon and Upstash. */
  readonly inputs: Inputs;
  readonly url: string;
  /** Starts the Worker of a configuration, with the secrets that it was sent. */
  startEdge(configPath: string, secrets: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/** Settings that no stand-in can honor: workerd knows no jurisdictions, and runners are here. */
const OVERRIDDEN = ["RUNNER_URLS", "DATABASE_HTTP_URL", "REDIS_TIMEOUT_MS", "OUTBOX_TIMEOUT_MS"] as const;

/** Starts the stand-ins over a folder of their own. */
export async function startStandIns(folder: string, configPath: string): Promise<StandIns> {
  const ports = {
    edge: await freePort(),
    postgres: await freePort(),
    redis: await freePort(),
    runner: await freePort(),
  };
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { PATH } = process.env;
  const plan = planStack({
    settings: { HEADGATE_PORT: ports.edge, HEADGATE_HOST: "127.0.0.1", HEADGATE_DATA_DIR: dataDir },
    environment: { PATH },
    secrets: openSecrets(dataDir),
    root: ROOT,
    dataDir,
    ports,
    edgeConfigPath: configPath,
  });
  const parts: Part[] = [];
  const start = (spec: PartSpec): Part => {
    const silent = () => undefined;
    const part = startPart(spec, { onLine: silent, onReady: silent, onDeath: silent });
    parts.push(part);
    return part;
  };
  const stop = async () => {
    await Promise.all(parts.map((part) => part.stop()));
  };
  try {
    const stores = [plan.postgres, plan.redis, plan.runner].flatMap((spec) =>
      spec === null ? [] : [start(spec)],
    );
    await Promise.all(stores.map((part) => part.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  const { DATABASE_URL, DATABASE_HTTP_URL, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = z
    .record(z.string(), z.string())
    .parse(plan.bindings);
  return {
    url: `http://127.0.0.1:${ports.edge}`,
    inputs: definedOf({
      DATABASE_ADMIN_URL: plan.migration?.ownerUrl,
      MIGRATE_WEBSOCKET_PROXY: plan.migration?.webSocketProxy,
      DATABASE_URL,
      DATABASE_HTTP_URL,
      UPSTASH_REDIS_REST_URL,
      UPSTASH_REDIS_REST_TOKEN,
    }),
    async startEdge(path, secrets) {
      const overridden = Object.fromEntries(OVERRIDDEN.map((name) => [name, plan.bindings[name] ?? ""]));
      const bindings = { ...secrets, ...overridden, JURISDICTION: "none" };
      await start(edgeOf(plan.edge, path, bindings)).ready();
    },
    stop,
  };
}

const definedOf = (values: Readonly<Record<string, string | undefined>>): Inputs =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** The edge as it is planned, with this configuration and nothing but these bindings beside it. */
function edgeOf(spec: PartSpec, configPath: string, bindings: Readonly<Record<string, string>>): PartSpec {
  const settings = edgeSettingsSchema.parse(JSON.parse(spec.environment[EDGE_SETTINGS_VARIABLE] ?? "null"));
  const changed = JSON.stringify({ ...settings, configPath, bindings });
  return { ...spec, environment: { ...spec.environment, [EDGE_SETTINGS_VARIABLE]: changed } };
}
