import { neon, neonConfig } from "@neondatabase/serverless";
import { type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Meter } from "../functions/contracts/metrics.ts";
import { done, failed, type Outcome } from "../functions/contracts/outcome.ts";
import type { Database, DatabaseFailure, Row } from "../functions/contracts/ports.ts";
import { toDatabaseFailure } from "./databaseFailure.ts";

export interface DatabaseOptions {
  /** Connection string of a role that row-level security binds; see `assertBoundRole`. */
  readonly url: string;
  /** SQL-over-HTTP endpoint; without one, Neon's own for the host of the URL. */
  readonly httpUrl?: string | undefined;
  /** Deadline of one call, on both sides: the client stops waiting, and Postgres stops working. */
  readonly timeoutMs: number;
  readonly meter: Meter;
}

type Purpose = "tenant" | "platform";

/** Endpoints by address: the driver has one global setting for all databases of an isolate. */
const endpoints = new Map<string, string>();
neonConfig.fetchEndpoint = (host, port) =>
  endpoints.get(addressOf(host, port)) ?? `https://${host.replace(/^[^.]+\./, "api.")}/sql`;

/**
 * Postgres over Neon's SQL-over-HTTP protocol: no connection to keep, in workerd and Node alike. Statements
 * are Drizzle's; a call is one round trip, and never throws for what Postgres or the network does. Values in
 * rows are as the driver parses them: timestamps are `Date`, int8 and numeric are strings, vectors text.
 */
export function connectDatabase({ url, httpUrl, timeoutMs, meter }: DatabaseOptions): Database {
  if (httpUrl !== undefined) {
    const { hostname, port } = new URL(url.replace(/^postgres(ql)?:/, "http:"));
    endpoints.set(addressOf(hostname, port), httpUrl);
  }
  const client = neon(url);
  const dialect = new PgDialect();
  const prepare = (statement: SQL) => {
    const { sql: text, params } = dialect.sqlToQuery(statement);
    return client.query(text, params);
  };

  async function metered<Value>(
    purpose: Purpose,
    call: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Outcome<Value, DatabaseFailure>> {
    const startedMs = performance.now();
    const outcome = await call(AbortSignal.timeout(timeoutMs)).then(
      (value) => done(value),
      (error: unknown) => failed(toDatabaseFailure(error)),
    );
    meter.observe("headgate_postgres_call_duration_seconds", (performance.now() - startedMs) / 1000);
    const label = outcome.ok ? "ok" : outcome.failure.kind;
    meter.count("headgate_postgres_calls_total", { purpose, outcome: label });
    return outcome;
  }

  return {
    forOrg: (organizationId, statements) =>
      metered("tenant", async (signal): Promise<Row[][]> => {
        const batch = [enter(organizationId, timeoutMs), ...statements].map(prepare);
        const [, ...results] = await client.transaction(batch, { fetchOptions: { signal } });
        return results;
      }),
    platform: (statement) =>
      metered("platform", async (signal): Promise<Row[]> => {
        const { sql: text, params } = dialect.sqlToQuery(statement);
        return await client.query(text, params, { fetchOptions: { signal } });
      }),
  };
}

/**
 * Sets, for this transaction alone, the organization that the policies compare with, the time Postgres may
 * take, and iterative vector scans: without these an organization that owns few rows finds too few neighbors.
 */
const enter = (organizationId: string, timeoutMs: number): SQL => sql`select
  set_config('app.organization', ${organizationId}, true),
  set_config('statement_timeout', ${String(timeoutMs)}, true),
  set_config('hnsw.iterative_scan', 'relaxed_order', true),
  set_config('ivfflat.iterative_scan', 'relaxed_order', true)`;

function addressOf(host: string, port: string | number): string {
  return `${host}:${port || 5432}`;
}
