import { expect, test } from "vitest";
import { planStack } from "./plan.ts";
import { type Environment, readStackSettings } from "./settings.ts";
import { StartError } from "./startError.ts";

const SECRET = "s".repeat(43);

const plan = (environment: Environment) =>
  planStack({
    settings: readStackSettings(environment),
    environment,
    secrets: {
      pepper: SECRET,
      subject_secret: SECRET,
      pending_secret: SECRET,
      signing_secret: SECRET,
      metrics_token: SECRET,
      redis_token: SECRET,
      database_owner_password: "owner",
      database_app_password: "app",
    },
    root: "/house",
    dataDir: "/data",
    ports: { edge: 1, postgres: 2, redis: 3, runner: 4 },
    edgeConfigPath: "/house/wrangler.toml",
  });

test("without settings all four parts are ours, and the Worker serves as the role that the walls bind", () => {
  const { postgres, redis, runner, bindings, migration } = plan({});
  expect([postgres, redis, runner].map((part) => part?.name)).toEqual(["postgres", "redis", "runner"]);
  expect(bindings.DATABASE_URL).toMatch(/^postgresql:\/\/headgate_app:app@/);
  expect(migration?.ownerUrl).toMatch(/^postgresql:\/\/postgres:owner@/);
});

test("Neon and Upstash are called directly, and nobody migrates a database without its owner's URL", () => {
  const neon = "postgres://headgate_app:x@ep-1.eu.aws.neon.tech/db";
  const { postgres, redis, migration, bindings } = plan({
    DATABASE_URL: neon,
    UPSTASH_REDIS_REST_URL: "https://eu1.upstash.io",
    UPSTASH_REDIS_REST_TOKEN: "t",
  });
  expect([postgres, redis, migration]).toEqual([null, null, null]);
  expect(bindings).toMatchObject({ DATABASE_URL: neon, UPSTASH_REDIS_REST_URL: "https://eu1.upstash.io" });
  expect(bindings.DATABASE_HTTP_URL).toBeUndefined();
});

test("any other Postgres and a plain Redis get our endpoints in front", () => {
  const database = "postgres://headgate_app:x@db.example/headgate";
  const owner = "postgres://owner:y@db.example/headgate";
  const { postgres, redis, migration, bindings } = plan({
    DATABASE_URL: database,
    DATABASE_OWNER_URL: owner,
    UPSTASH_REDIS_REST_URL: "redis://cache.example:6379",
  });
  expect(postgres?.environment).toMatchObject({ HEADGATE_PG_URL: database, HEADGATE_PG_PORT: "2" });
  expect(redis?.environment).toMatchObject({ HEADGATE_REDIS_URL: "redis://cache.example:6379" });
  expect(migration).toEqual({ ownerUrl: owner, webSocketProxy: "127.0.0.1:2/v2" });
  expect(bindings).toMatchObject({
    DATABASE_URL: database,
    DATABASE_HTTP_URL: "http://127.0.0.1:2/sql",
    UPSTASH_REDIS_REST_URL: "http://127.0.0.1:3",
    UPSTASH_REDIS_REST_TOKEN: SECRET,
  });
});

test("runners of somebody else's replace ours, in their order", () => {
  const { runner, bindings, runnerUrl } = plan({ RUNNER_URLS: "http://a:8000, http://b:8000" });
  expect(runner).toBeNull();
  expect(runnerUrl).toBe("http://a:8000");
  expect(bindings.RUNNER_URLS).toBe("http://a:8000, http://b:8000");
});

test("a setting of the Worker reaches it, an empty one counts as none, a wrong one is named", () => {
  expect(plan({ ACT_DEADLINE_MS: "500", CELL: "" }).bindings).toMatchObject({ ACT_DEADLINE_MS: "500" });
  expect(plan({ CELL: "" }).bindings.CELL).toBeUndefined();
  expect(() => plan({ HEADGATE_PORT: "eighty" })).toThrow(StartError);
  expect(() => plan({ HEADGATE_PORT: "eighty" })).toThrow(/HEADGATE_PORT/);
});
