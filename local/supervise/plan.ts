import { join } from "node:path";
import { type Configuration, configurationSchema } from "../../functions/contracts/configuration.ts";
import { EDGE_SETTINGS_VARIABLE, type EdgeSettings } from "../edge/settings.ts";
import type { PartSpec } from "./part.ts";
import { STACK_VARIABLE } from "./processes.ts";
import type { Secrets } from "./secrets.ts";
import type { Environment, StackSettings } from "./settings.ts";

export interface PlanInput {
  readonly settings: StackSettings;
  readonly environment: Environment;
  readonly secrets: Secrets;
  /** The repository: programs, node_modules, and the bundle's cache. */
  readonly root: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly ports: Readonly<Record<"edge" | "postgres" | "redis" | "runner", number>>;
  readonly edgeConfigPath: string;
}

/** How to bring the database up to date: as its owner, with the password that the serving role gets. */
export interface MigrationPlan {
  readonly ownerUrl: string;
  readonly webSocketProxy?: string;
  readonly appPassword?: string;
  /** Kind that the environment wants the vector indexes to have. */
  readonly vectorIndex?: Configuration["VECTOR_INDEX"] | undefined;
}

export interface Plan {
  /** Null where the environment names a server of somebody else's. */
  readonly postgres: PartSpec | null;
  readonly redis: PartSpec | null;
  readonly runner: PartSpec | null;
  readonly edge: PartSpec;
  readonly migration: MigrationPlan | null;
  /** Settings and secrets of the Worker. */
  readonly bindings: Readonly<Record<string, string>>;
  readonly runnerUrl: string;
}

const OWNER = "postgres";
const SERVING_ROLE = "headgate_app";
const DATABASE = "headgate";

/**
 * On one machine all parts share the cores: that a neighbor computes for a moment is no outage. Measured on
 * two busy cores, a cold first call of Redis takes up to 130 ms.
 */
const LOCAL_DEADLINES = { REDIS_TIMEOUT_MS: "300", OUTBOX_TIMEOUT_MS: "500" };

const isNeon = (url: string): boolean => new URL(url).hostname.endsWith(".neon.tech");
const isPlainRedis = (url: string): boolean => /^rediss?:/.test(url);

/** Decides, from settings alone, which parts are started and how each finds the others. */
export function planStack(input: PlanInput): Plan {
  const database = planDatabase(input);
  const redis = planRedis(input);
  const runner = planRunner(input);
  const { secrets } = input;
  const bindings = {
    KEY_PEPPERS: `1:${secrets.pepper}`,
    SUBJECT_SECRET: secrets.subject_secret,
    PENDING_SECRET: secrets.pending_secret,
    SIGNING_SECRET: secrets.signing_secret,
    METRICS_TOKEN: secrets.metrics_token,
    ...LOCAL_DEADLINES,
    ...workerSettings(input.environment),
    ...database.bindings,
    ...redis.bindings,
    RUNNER_URLS: runner.urls,
  };
  return {
    postgres: database.part,
    redis: redis.part,
    runner: runner.part,
    edge: planEdge(input, bindings),
    migration: database.migration && { ...database.migration, vectorIndex: vectorIndexOf(input) },
    bindings,
    runnerUrl: runner.urls.split(",")[0]?.trim() ?? runner.urls,
  };
}

/** A kind that the environment does not name stays as it is. */
const vectorIndexOf = ({ environment: { VECTOR_INDEX } }: PlanInput) =>
  VECTOR_INDEX ? configurationSchema.shape.VECTOR_INDEX.parse(VECTOR_INDEX) : undefined;

/** Every setting of the Worker that the environment gives overrides its default. */
function workerSettings(environment: Environment): Record<string, string> {
  const given = Object.keys(configurationSchema.shape).flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

function partSpec(
  input: PlanInput,
  name: PartSpec["name"],
  program: string,
  environment: Environment,
): PartSpec {
  return {
    name,
    program: join(input.root, program),
    folder: input.root,
    environment: { ...input.environment, ...environment, [STACK_VARIABLE]: input.dataDir },
  };
}

interface DatabasePlan {
  readonly part: PartSpec | null;
  readonly migration: MigrationPlan | null;
  readonly bindings: Readonly<Record<string, string>>;
}

/** Neon speaks its protocol itself; any other PostgreSQL gets our endpoint in front; none: the embedded one. */
function planDatabase(input: PlanInput): DatabasePlan {
  const { DATABASE_URL: given, DATABASE_OWNER_URL: givenOwner } = input.settings;
  if (given !== undefined && isNeon(given)) {
    const migration = givenOwner === undefined ? null : { ownerUrl: givenOwner };
    return { part: null, migration, bindings: { DATABASE_URL: given } };
  }
  const port = input.ports.postgres;
  const bindings = { DATABASE_HTTP_URL: `http://127.0.0.1:${port}/sql` };
  const webSocketProxy = `127.0.0.1:${port}/v2`;
  if (given !== undefined) {
    const environment = { HEADGATE_PG_PORT: String(port), HEADGATE_PG_URL: given };
    return {
      part: partSpec(input, "postgres", "local/postgres/main.ts", environment),
      migration: givenOwner === undefined ? null : { ownerUrl: givenOwner, webSocketProxy },
      bindings: { ...bindings, DATABASE_URL: given },
    };
  }
  return {
    ...embeddedDatabase(input, port, webSocketProxy),
    bindings: { ...bindings, DATABASE_URL: urlOf(input, SERVING_ROLE) },
  };
}

function embeddedDatabase(
  input: PlanInput,
  port: number,
  webSocketProxy: string,
): Pick<DatabasePlan, "part" | "migration"> {
  const { database_owner_password: ownerPassword, database_app_password: appPassword } = input.secrets;
  const passwords = { [OWNER]: ownerPassword, [SERVING_ROLE]: appPassword };
  return {
    part: partSpec(input, "postgres", "local/postgres/main.ts", {
      HEADGATE_PG_PORT: String(port),
      HEADGATE_PG_DATA_DIR: join(input.dataDir, "postgres"),
      HEADGATE_PG_PASSWORDS: JSON.stringify(passwords),
      HEADGATE_PG_URL: undefined,
    }),
    migration: { ownerUrl: urlOf(input, OWNER), webSocketProxy, appPassword },
  };
}

/** The driver keeps one endpoint per host name, so each stack's database has a name of its own. */
function urlOf({ secrets, ports }: PlanInput, role: typeof OWNER | typeof SERVING_ROLE): string {
  const password = role === OWNER ? secrets.database_owner_password : secrets.database_app_password;
  return `postgresql://${role}:${password}@postgres-${ports.postgres}.local/${DATABASE}`;
}

function planRedis(input: PlanInput): Pick<DatabasePlan, "part" | "bindings"> {
  const { UPSTASH_REDIS_REST_URL: given, UPSTASH_REDIS_REST_TOKEN: givenToken } = input.settings;
  if (given !== undefined && !isPlainRedis(given))
    return {
      part: null,
      bindings: { UPSTASH_REDIS_REST_URL: given, UPSTASH_REDIS_REST_TOKEN: givenToken ?? "" },
    };
  const token = input.secrets.redis_token;
  const port = input.ports.redis;
  return {
    part: partSpec(input, "redis", "local/redis/main.ts", {
      HEADGATE_REDIS_PORT: String(port),
      HEADGATE_REDIS_TOKEN: token,
      HEADGATE_REDIS_DATA_DIR: join(input.dataDir, "redis"),
      HEADGATE_REDIS_URL: given,
    }),
    bindings: { UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}`, UPSTASH_REDIS_REST_TOKEN: token },
  };
}

function planRunner(input: PlanInput): { part: PartSpec | null; urls: string } {
  const given = input.settings.RUNNER_URLS;
  if (given !== undefined) return { part: null, urls: given };
  const port = String(input.ports.runner);
  const part = partSpec(input, "runner", "gpu-runner/main.ts", { PORT: port, HOST: "127.0.0.1" });
  return { part, urls: `http://127.0.0.1:${port}` };
}

function planEdge(input: PlanInput, bindings: Readonly<Record<string, string>>): PartSpec {
  const settings: EdgeSettings = {
    root: input.root,
    configPath: input.edgeConfigPath,
    host: input.settings.HEADGATE_HOST,
    port: input.ports.edge,
    dataDir: join(input.dataDir, "edge"),
    bindings,
  };
  return partSpec(input, "edge", "local/edge/main.ts", {
    [EDGE_SETTINGS_VARIABLE]: JSON.stringify(settings),
  });
}
