import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { billingDaily } from "../../../drizzle/observe.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, KeyValue } from "../../contracts/ports.ts";
import { flushKeyUsage } from "./flushKeyUsage.ts";
import { flushLastUse } from "./flushLastUse.ts";
import { USAGE_DAYS, usageHash } from "./redisKeys.ts";
import { dayOf } from "./usageBook.ts";

export interface FlushUsagePorts {
  readonly clock: Clock;
  readonly database: Database;
  readonly keyValue: KeyValue;
}

/** How many counts, of an organization's day or its keys, were brought to Postgres, and how many could not be. */
export interface FlushedUsage {
  readonly flushed: number;
  readonly failed: number;
}

const BASE = "base:";
const DAYS_OPEN = 2;
const DAY_MS = 86_400_000;

const wordsSchema = z.array(z.union([z.string(), z.number()]).transform(String));

/**
 * Brings the counts of requests from Redis to `billing_daily`, and those of keys with a quota of their own to
 * `key_usage_monthly`, and when each key was last used. What is written is the absolute count of a day, so a flush that is repeated, or runs
 * twice at once, adds nothing. A hash that begins after Redis lost its data starts from what was billed before.
 */
export async function flushUsage(ports: FlushUsagePorts): Promise<Outcome<FlushedUsage, "redis_away">> {
  const listed = await ports.keyValue.pipeline([["SMEMBERS", USAGE_DAYS]]);
  const keys = await flushKeyUsage(ports);
  const uses = await flushLastUse(ports);
  if (!listed.ok || !keys.ok || !uses.ok) return failed("redis_away");
  const result = {
    flushed: keys.value.flushed + uses.value.flushed,
    failed: keys.value.failed + uses.value.failed,
  };
  for (const member of wordsSchema.parse(listed.value[0] ?? [])) {
    const [organizationId = "", day = ""] = member.split(" ");
    if (await flushDay(organizationId, day, ports)) result.flushed += 1;
    else result.failed += 1;
  }
  return done(result);
}

/**
 * Brings one organization's counts up to now, as far as leases have reported them: at most LEASE_MS ago. What
 * cannot be brought now, the schedule brings later.
 */
export async function flushUsageOf(organizationId: string, ports: FlushUsagePorts): Promise<void> {
  const nowMs = ports.clock.now();
  const days = [dayOf(nowMs - DAY_MS), dayOf(nowMs)];
  const open = await ports.keyValue.pipeline(
    days.map((day) => ["SISMEMBER", USAGE_DAYS, `${organizationId} ${day}`]),
  );
  if (!open.ok) return;
  for (const [index, day] of days.entries())
    if (open.value[index] === 1) await flushDay(organizationId, day, ports);
}

async function flushDay(organizationId: string, day: string, ports: FlushUsagePorts): Promise<boolean> {
  const { clock, database, keyValue } = ports;
  const fields = await readDay(organizationId, day, ports);
  if (fields === null) return false;
  const rows = [...fields]
    .filter(([name]) => !name.startsWith(BASE))
    .map(([route, count]) => ({
      route,
      requests: Number(count) + Number(fields.get(BASE + route) ?? 0),
    }));
  const written = await database.forOrg(organizationId, [upsertUsage(organizationId, day, rows)]);
  if (!written.ok) return false;
  if (day < dayOf(clock.now() - DAYS_OPEN * DAY_MS))
    await keyValue.pipeline([["SREM", USAGE_DAYS, `${organizationId} ${day}`]]);
  return true;
}

/** The hash of a day; what was billed before the hash began is written into it first, once. */
async function readDay(
  organizationId: string,
  day: string,
  { database, keyValue }: FlushUsagePorts,
): Promise<Map<string, string> | null> {
  const hash = usageHash(organizationId, day);
  const first = await readHash(keyValue, hash);
  if (first === null || first.has(BASE)) return first;
  const billed = await database.forOrg(organizationId, [selectUsage(organizationId, day)]);
  if (!billed.ok) return null;
  const rows = (billed.value[0] ?? []).map((row) => usageRowSchema.parse(row));
  const based = await keyValue.pipeline([
    ...rows.map((row) => ["HSETNX", hash, BASE + row.route, row.requests] as const),
    ["HSETNX", hash, BASE, 1],
  ]);
  return based.ok ? readHash(keyValue, hash) : null;
}

async function readHash(keyValue: KeyValue, hash: string): Promise<Map<string, string> | null> {
  const read = await keyValue.pipeline([["HGETALL", hash]]);
  if (!read.ok) return null;
  const words = wordsSchema.parse(read.value[0] ?? []);
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < words.length; i += 2) fields.set(words[i] ?? "", words[i + 1] ?? "0");
  return fields;
}

const usageRowSchema = z.object({ route: z.string(), requests: z.coerce.number() });

const selectUsage = (organizationId: string, day: string): SQL => sql`
  select route, requests from ${billingDaily}
  where organization_id = ${organizationId}::uuid and day = ${day}::date and model = ''`;

const upsertUsage = (
  organizationId: string,
  day: string,
  rows: readonly z.infer<typeof usageRowSchema>[],
): SQL => sql`
  insert into ${billingDaily} as billed (organization_id, day, route, model, requests, quota_units)
  select ${organizationId}::uuid, ${day}::date, route, '', requests, requests
  from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as counted(route text, requests bigint)
  on conflict (organization_id, day, route, model) do update
  set requests = greatest(billed.requests, excluded.requests),
    quota_units = greatest(billed.quota_units, excluded.quota_units)`;
