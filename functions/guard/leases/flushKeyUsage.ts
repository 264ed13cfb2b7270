import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { apiKeys } from "../../../drizzle/guard.ts";
import { keyUsageMonthly } from "../../../drizzle/observe.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { FlushedUsage, FlushUsagePorts } from "./flushUsage.ts";
import { monthOf } from "./periods.ts";
import { KEY_QUOTAS, keyQuota } from "./redisKeys.ts";

/** How long after a month's end its counters may still move: leases of its last second are settled then. */
const MONTH_OPEN_MS = 2 * 86_400_000;

const wordsSchema = z.array(z.string());
const countersSchema = z.array(z.coerce.number().nullable());

interface Counter {
  readonly member: string;
  readonly organizationId: string;
  readonly keyId: string;
  readonly month: string;
  readonly units: number;
}

/**
 * Brings the counters of keys with a quota of their own from Redis to `key_usage_monthly`, as absolute values,
 * so that a key's quota goes on from there when Redis lost its data.
 */
export async function flushKeyUsage(ports: FlushUsagePorts): Promise<Outcome<FlushedUsage, "redis_away">> {
  const counters = await readCounters(ports);
  if (!counters.ok) return counters;
  const result = { flushed: 0, failed: 0 };
  const openMonth = monthOf(ports.clock.now() - MONTH_OPEN_MS);
  for (const [organizationId, ofOrganization] of Map.groupBy(counters.value, (each) => each.organizationId)) {
    const written = await ports.database.forOrg(organizationId, [upsertCounters(ofOrganization)]);
    if (written.ok) result.flushed += 1;
    else result.failed += 1;
    const closed = ofOrganization.filter(({ month }) => month < openMonth).map(({ member }) => member);
    if (written.ok && closed.length > 0) await ports.keyValue.pipeline([["SREM", KEY_QUOTAS, ...closed]]);
  }
  return done(result);
}

async function readCounters({ keyValue }: FlushUsagePorts): Promise<Outcome<Counter[], "redis_away">> {
  const listed = await keyValue.pipeline([["SMEMBERS", KEY_QUOTAS]]);
  if (!listed.ok) return failed("redis_away");
  const members = wordsSchema.parse(listed.value[0] ?? []).map((member) => {
    const [organizationId = "", keyId = "", month = ""] = member.split(" ");
    return { member, organizationId, keyId, month };
  });
  if (members.length === 0) return done([]);
  const read = await keyValue.pipeline(members.map(({ keyId, month }) => ["GET", keyQuota(keyId, month)]));
  if (!read.ok) return failed("redis_away");
  const units = countersSchema.parse(read.value);
  const counters = members.map((member, index) => ({ ...member, units: units[index] ?? null }));
  // A counter that Redis lost is no count of nothing.
  return done(counters.flatMap(({ units, ...member }) => (units === null ? [] : [{ ...member, units }])));
}

const upsertCounters = (counters: readonly Counter[]): SQL => sql`
  insert into ${keyUsageMonthly} (organization_id, key_id, month, quota_units)
  select k.organization_id, k.id, (counted.month || '-01')::date, counted.units
  from jsonb_to_recordset(${JSON.stringify(counters)}::jsonb) as counted("keyId" text, month text, units bigint)
  join ${apiKeys} k on k.key_id = counted."keyId"
  on conflict (organization_id, key_id, month) do update set quota_units = excluded.quota_units`;
