import { connectDatabase } from "../drizzle/connect.ts";
import { type Configuration, readConfiguration } from "../functions/contracts/configuration.ts";
import { configurationHash } from "../functions/contracts/configurationHash.ts";
import type { Meter } from "../functions/contracts/metrics.ts";
import type { ObjectStore } from "../functions/contracts/ports.ts";
import { createAdmitter } from "../functions/guard/leases/createAdmitter.ts";
import { createSigner } from "../functions/guard/signing/createSigner.ts";
import { createSearchMemory } from "../functions/keep/search/searchPorts.ts";
import { createHealthCheck } from "../functions/observe/health.ts";
import { createLogger } from "../functions/observe/logs.ts";
import { createMeter } from "../functions/observe/meter.ts";
import { createStepTimes } from "../functions/serve/chunks/stepTimes.ts";
import { combinePolicies } from "../functions/serve/policies/combinePolicies.ts";
import { runnerPolicies } from "../functions/serve/policies/runnerPolicies.ts";
import { serverPolicies } from "../functions/serve/policies/serverPolicies.ts";
import { connectAnonymizer } from "./ports/connectAnonymizer.ts";
import { durableOutbox } from "./ports/durableOutbox.ts";
import { durableWaitingRecords } from "./ports/durableWaitingRecords.ts";
import { openInferenceRunner } from "./ports/openInferenceRunner.ts";
import { orderedOrigins } from "./ports/orderedOrigins.ts";
import { outboxNamespace } from "./ports/outboxNamespace.ts";
import { passedProtocol } from "./ports/passedProtocol.ts";
import { platformClock, platformRandom } from "./ports/platform.ts";
import { policyTransport } from "./ports/policyTransport.ts";
import { r2ObjectStore } from "./ports/r2ObjectStore.ts";
import { redisKeyValue } from "./ports/redisKeyValue.ts";
import { runnerFetch } from "./ports/runnerFetch.ts";
import { s3ObjectStore } from "./ports/s3ObjectStore.ts";
import { socketNamespace } from "./ports/socketNamespace.ts";
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
  const runners = { origins: configuration.RUNNER_URLS, clock, meter, fetch: runnerFetch(environment) };
  const runner = openInferenceRunner(runners);
  const logger = createLogger({
    level: configuration.LOG_LEVEL,
    clock,
    write: (line) => console.log(line),
    routes: ROUTES,
  });
  const waiting = {
    outboxes: outboxNamespace(environment, configuration),
    shards: configuration.OUTBOX_SHARDS,
    timeoutMs: configuration.OUTBOX_READ_TIMEOUT_MS,
    clock,
  };
  return {
    configuration,
    configurationHash: configurationHash(configuration),
    clock,
    random,
    database,
    keyValue,
    meter,
    stepTimes: createStepTimes(),
    environment,
    objectStore: objectStoreOf(environment, configuration, meter),
    outbox: durableOutbox({
      namespace: outboxNamespace(environment, configuration),
      shards: configuration.OUTBOX_SHARDS,
      timeoutMs: configuration.OUTBOX_TIMEOUT_MS,
      clock,
      logger,
    }),
    waitingRecords: durableWaitingRecords({
      ...waiting,
      sockets: socketNamespace(environment, configuration),
    }),
    waitingInOutboxes: durableWaitingRecords({ ...waiting, sockets: null }),
    runner,
    anonymizer: connectAnonymizer(runners),
    runnerProtocol: passedProtocol(runners),
    policies: combinePolicies([
      runnerPolicies(runner),
      serverPolicies(configuration.POLICY_SERVERS, {
        clock,
        meter,
        runner,
        transport: policyTransport,
        originsOf: (origins) => orderedOrigins({ origins, clock, meter }),
      }),
    ]),
    logger,
    searchMemory: createSearchMemory(),
    checkHealth: createHealthCheck({
      clock,
      timeoutMs: configuration.HEALTH_TIMEOUT_MS,
      cacheMs: configuration.HEALTH_CACHE_MS,
    }),
    signer: createSigner(configuration.SIGNING_SECRET),
    admitter: createAdmitter({ clock, random, database, keyValue, meter, configuration }),
  };
}

/** R2, unless the configuration names an S3 endpoint for its place. */
function objectStoreOf(environment: Environment, configuration: Configuration, meter: Meter): ObjectStore {
  const { S3_BUCKET_URL: bucketUrl, R2_TIMEOUT_MS: timeoutMs } = configuration;
  if (bucketUrl === undefined) return r2ObjectStore(environment.BLOBS, timeoutMs, meter);
  return s3ObjectStore({
    bucketUrl: bucketUrl.replace(/\/$/, ""),
    region: configuration.S3_REGION,
    accessKeyId: configuration.S3_ACCESS_KEY_ID,
    secretAccessKey: configuration.S3_SECRET_ACCESS_KEY,
    timeoutMs,
    meter,
  });
}
