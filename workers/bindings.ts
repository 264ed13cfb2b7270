import { connectDatabase } from "../drizzle/connect.ts";
import { readConfiguration } from "../functions/contracts/configuration.ts";
import { configurationHash } from "../functions/contracts/configurationHash.ts";
import { createAdmitter } from "../functions/guard/leases/createAdmitter.ts";
import { createHealthCheck } from "../functions/observe/health.ts";
import { createLogger } from "../functions/observe/logs.ts";
import { createMeter } from "../functions/observe/meter.ts";
import { durableOutbox } from "./ports/durableOutbox.ts";
import { openInferenceRunner } from "./ports/openInferenceRunner.ts";
import { platformClock, platformRandom } from "./ports/platform.ts";
import { r2ObjectStore } from "./ports/r2ObjectStore.ts";
import { redisKeyValue } from "./ports/redisKeyValue.ts";
import { ENDPOINTS } from "./routes.ts";
import type { Environment, Services } from "./services.ts";

const ROUTES = new Set(ENDPOINTS.map((endpoint) => endpoint.path));

let services: Services | null = null;

/** The isolate's services. An isolate has one environment, whatever object it is handed in. */
export function servicesOf(environment: Environment): Services {
  services ??= build(environment);
  return services;
}

function build(environment: Environment): Services {
  const configuration = readConfiguration(environment);
  const clock = platformClock;
  const random = platformRandom;
  const meter = createMeter({ clock });
  const database = connectDatabase({
    url: configuration.DATABASE_URL,
    timeoutMs: configuration.DATABASE_TIMEOUT_MS,
    meter,
    ...(configuration.DATABASE_HTTP_URL === undefined ? {} : { httpUrl: configuration.DATABASE_HTTP_URL }),
  });
  const keyValue = redisKeyValue({
    url: configuration.UPSTASH_REDIS_REST_URL,
    token: configuration.UPSTASH_REDIS_REST_TOKEN,
    timeoutMs: configuration.REDIS_TIMEOUT_MS,
    meter,
  });
  return {
    configuration,
    configurationHash: configurationHash(configuration),
    clock,
    random,
    database,
    keyValue,
    meter,
    environment,
    objectStore: r2ObjectStore(environment.BLOBS, configuration.R2_TIMEOUT_MS, meter),
    outbox: durableOutbox({
      namespace: environment.OUTBOX,
      shards: configuration.OUTBOX_SHARDS,
      timeoutMs: configuration.OUTBOX_TIMEOUT_MS,
      clock,
    }),
    runner: openInferenceRunner({ origins: configuration.RUNNER_URLS, clock, meter }),
    logger: createLogger({
      level: configuration.LOG_LEVEL,
      clock,
      write: (line) => console.log(line),
      routes: ROUTES,
    }),
    checkHealth: createHealthCheck({
      clock,
      timeoutMs: configuration.HEALTH_TIMEOUT_MS,
      cacheMs: configuration.HEALTH_CACHE_MS,
    }),
    admitter: createAdmitter({ clock, random, database, keyValue, meter, configuration }),
  };
}
