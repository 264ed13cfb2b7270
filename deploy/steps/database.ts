import { assertBoundRole } from "../../drizzle/assertBoundRole.ts";
import { connectDatabase } from "../../drizzle/connect.ts";
import { MigrationError, migrateUp, pendingMigrations } from "../../drizzle/migrate.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Database } from "../../functions/contracts/ports.ts";
import type { Deployment } from "../deployment.ts";
import { type Obstacle, stopped } from "../obstacle.ts";
import { makePassword } from "../platform.ts";
import { nothingToDo, type Step, toDo } from "../step.ts";

const SERVING_ROLE = "headgate_app";
const TIMEOUT_MS = 20_000;

/**
 * Roles, migrations, partitions, and the password of the role that serves. Where no DATABASE_URL was given and
 * the Worker has none, one is made: that role on the database of the administrator's URL.
 */
export function database(deployment: Deployment): Step {
  const { inputs } = deployment;
  const adminUrl = inputs.DATABASE_ADMIN_URL ?? "";
  const proxy = inputs.MIGRATE_WEBSOCKET_PROXY;
  const socket = proxy === undefined ? {} : { webSocketProxy: proxy };
  return {
    name: "database",
    purpose: "roles, tables and partitions are up to date, and row-level security binds the serving role",
    async check() {
      const serving = await servingUrl(deployment);
      if (!serving.ok) return serving;
      const pending = await attempt(() => pendingMigrations(adminUrl, socket));
      if (!pending.ok) return pending;
      const count = pending.value.length;
      if (count > 0) return done(toDo(`${count} migrations are to be applied`));
      if (serving.value === null) return done(nothingToDo("up to date; the Worker keeps its DATABASE_URL"));
      const bound = await assertBoundRole(connect(deployment, serving.value));
      if (bound.ok) return done(nothingToDo(`up to date; ${SERVING_ROLE} is bound`));
      return done(toDo(`${SERVING_ROLE} cannot connect yet`));
    },
    async apply() {
      const serving = await servingUrl(deployment);
      if (!serving.ok) return serving;
      const password = serving.value === null ? {} : { appPassword: passwordOf(serving.value) };
      const report = await attempt(() => migrateUp(adminUrl, { ...socket, ...password }));
      if (!report.ok) return report;
      return done(`${report.value.changed.length} migrations applied`);
    },
    async verify() {
      const serving = await servingUrl(deployment);
      if (!serving.ok) return serving;
      if (serving.value === null) return done("the smoke test asks the Worker whether its role is bound");
      const bound = await assertBoundRole(connect(deployment, serving.value));
      return bound.ok
        ? done(`${SERVING_ROLE} is bound`)
        : stopped(
            bound.failure.detail,
            `See that ${SERVING_ROLE} is no owner and does not bypass row-level security.`,
          );
    },
  };
}

/** @testOnly The URL of the serving role: given, or made by this run; null where the Worker has one that nobody can read. */
export async function servingUrl(deployment: Deployment): Promise<Outcome<string | null, Obstacle>> {
  const { inputs, made, provider, replace } = deployment;
  const known = inputs.DATABASE_URL ?? made.get("DATABASE_URL");
  if (known !== undefined) return done(known);
  const names = await provider.secretNames();
  if (!names.ok) return names;
  if (names.value.includes("DATABASE_URL") && !replace.includes("DATABASE_URL")) return done(null);
  const url = new URL(inputs.DATABASE_ADMIN_URL ?? "");
  url.username = SERVING_ROLE;
  url.password = makePassword();
  made.set("DATABASE_URL", url.href);
  return done(url.href);
}

const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password);

/** The database as the Worker will see it. */
export function connect({ inputs }: Deployment, url: string): Database {
  return connectDatabase({
    url,
    httpUrl: inputs.DATABASE_HTTP_URL,
    timeoutMs: TIMEOUT_MS,
    meter: { count: () => undefined, observe: () => undefined, set: () => undefined },
  });
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Outcome<Value, Obstacle>> {
  try {
    return done(await work());
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return stopped(error.message, "See DATABASE_ADMIN_URL; the database is as it was before.");
  }
}
