import { z } from "zod";
import type { Stack } from "../local/stack.ts";

/** Calls of the stores so far: as the stores counted them, and as Headgate says what they were for. */
export interface Counters {
  /** Requests that Redis has answered, and statements that Postgres has run. */
  readonly redisRequests: number;
  readonly postgresQueries: number;
  /** Calls by what they are for, such as `redis take_lease` or `postgres tenant`. */
  readonly purposes: ReadonlyMap<string, number>;
}

const CALLS = /^headgate_(redis|postgres)_calls_total\{purpose="(\w+)",outcome="\w+"\} (\S+)$/gm;

const redisStatsSchema = z.object({ requests: z.number() });
const postgresStatsSchema = z.object({ queries: z.number() });

async function readStats<Stats>(address: string, schema: z.ZodType<Stats>): Promise<Stats> {
  const response = await fetch(new URL("/stats", address));
  return schema.parse(await response.json());
}

/** The text of `GET /metrics`; asking flushes what the edge has counted until now. */
async function readMetrics({ url, bindings }: Stack): Promise<string> {
  const response = await fetch(`${url}/metrics`, {
    headers: { authorization: `Bearer ${bindings.METRICS_TOKEN}` },
  });
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return response.text();
}

/** Reads all counters of this moment. */
export async function readCounters(stack: Stack): Promise<Counters> {
  const { UPSTASH_REDIS_REST_URL: redis = "", DATABASE_HTTP_URL: postgres = "" } = stack.bindings;
  const purposes = new Map<string, number>();
  for (const [, store, purpose, value] of (await readMetrics(stack)).matchAll(CALLS)) {
    const label = `${store} ${purpose}`;
    purposes.set(label, (purposes.get(label) ?? 0) + Number(value));
  }
  const { requests } = await readStats(redis, redisStatsSchema);
  const { queries } = await readStats(postgres, postgresStatsSchema);
  return { redisRequests: requests, postgresQueries: queries, purposes };
}

/** What was counted between two readings. */
export function countersBetween(before: Counters, after: Counters): Counters {
  const grown = [...after.purposes].map(
    ([purpose, count]) => [purpose, count - (before.purposes.get(purpose) ?? 0)] as const,
  );
  return {
    redisRequests: after.redisRequests - before.redisRequests,
    postgresQueries: after.postgresQueries - before.postgresQueries,
    purposes: new Map(grown.filter(([, count]) => count > 0)),
  };
}

/** Entries that wait in all outboxes, as they said at the end of their last drain. */
export async function readWaitingEntries(stack: Stack): Promise<number> {
  const gauges = (await readMetrics(stack)).matchAll(/^headgate_outbox_entries\{[^}]*\} (\S+)$/gm);
  return Array.from(gauges, ([, value]) => Number(value)).reduce((sum, value) => sum + value, 0);
}
