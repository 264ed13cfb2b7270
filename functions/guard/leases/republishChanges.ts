import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, KeyValue, KeyValueCommand } from "../../contracts/ports.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { PERSON_FREE } from "../consent/subjectDigest.ts";
import { publishKey } from "../identity/publishKey.ts";
import {
  type Entry,
  entryOfKey,
  entryOfOrganization,
  entryOfTier,
  FACTS_TTL_MS,
  organizationFields,
  publishEntry,
  tierFields,
} from "./entries.ts";
import { REPUBLISHED, subjectName } from "./redisKeys.ts";

export interface RepublishPorts {
  readonly clock: Clock;
  readonly database: Database;
  readonly keyValue: KeyValue;
}

/** How far before the last run it looks: changes commit late, and clocks differ. */
const OVERLAP_MS = 900_000;
const PAGE_ROWS = 1000;
const FIRST_UUID = "00000000-0000-0000-0000-000000000000";

/** What Postgres says of an entry, and how Redis is told. */
interface Change {
  readonly entry: Entry;
  readonly version: number;
  publish(): Promise<boolean>;
}

/** Which part gave no answer. */
type Away = "redis" | "postgres";

/**
 * Repeats to Redis what Postgres has committed and Redis may not have heard, as a revocation, a withdrawal or a
 * cut while it was away: all that was changed since the last run that came through. Entries that Redis does
 * not hold, or holds under that version, are left alone. Answers how many were stale.
 */
export async function republishChanges(ports: RepublishPorts): Promise<Outcome<number, Away>> {
  const nowMs = ports.clock.now();
  const last = await ports.keyValue.pipeline([["GET", REPUBLISHED]]);
  if (!last.ok) return failed("redis");
  const lastMs = z.coerce.number().parse(last.value[0] ?? nowMs);
  // Redis repeats nothing for longer than the life of an entry.
  const since = new Date(Math.max(lastMs, nowMs - FACTS_TTL_MS) - OVERLAP_MS).toISOString();
  let stale = 0;
  for (const publish of [publishKeys, publishLimits, publishTiers]) {
    const published = await publish(since, ports);
    if (!published.ok) return published;
    stale += published.value;
  }
  await ports.keyValue.pipeline([["SET", REPUBLISHED, nowMs]]);
  return done(stale);
}

async function publishKeys(since: string, ports: RepublishPorts): Promise<Outcome<number, Away>> {
  const rows = await read(ports, sql`select * from changed_keys(${since}::timestamptz)`, keyRowSchema);
  if (!rows.ok) return rows;
  const changes = rows.value.map(({ key_id, version }) => ({
    entry: entryOfKey(key_id),
    version,
    publish: () => publishKey(key_id, "", ports),
  }));
  return publishStale(changes, ports);
}

async function publishLimits(since: string, ports: RepublishPorts): Promise<Outcome<number, Away>> {
  const rows = await read(ports, sql`select * from changed_limits(${since}::timestamptz)`, limitsRowSchema);
  if (!rows.ok) return rows;
  const changes = rows.value.map((row) => {
    const entry = entryOfOrganization(row.organization_id);
    const fields = organizationFields({
      ratePerSecond: row.rate_per_second,
      quotaPerMonth: row.quota_per_month,
      concurrency: row.concurrency,
    });
    return changeOf(entry, row.version, fields, ports);
  });
  return publishStale(changes, ports);
}

async function publishTiers(since: string, ports: RepublishPorts): Promise<Outcome<number, Away>> {
  let stale = 0;
  for (let after = { organization_id: FIRST_UUID, subject_ref: "" }; ; ) {
    const page = sql`select * from changed_tiers(${since}::timestamptz, ${after.organization_id}::uuid,
      ${after.subject_ref}, ${PAGE_ROWS})`;
    const rows = await read(ports, page, tierRowSchema);
    if (!rows.ok) return rows;
    const published = await publishTierPage(rows.value, ports);
    if (!published.ok) return published;
    stale += published.value;
    const last = rows.value.at(-1);
    if (last === undefined || rows.value.length < PAGE_ROWS) return done(stale);
    after = last;
  }
}

/** The tables know people by another name than Redis does; what Redis has no name for, it has no tier of. */
async function publishTierPage(
  rows: readonly z.infer<typeof tierRowSchema>[],
  ports: RepublishPorts,
): Promise<Outcome<number, Away>> {
  const digests = await ask(
    rows.map((row) => ["GET", subjectName(row.organization_id, row.subject_ref)]),
    ports,
  );
  if (!digests.ok) return digests;
  const changes = rows.flatMap((row, index) => {
    const digest = row.subject_ref === PERSON_FREE ? PERSON_FREE : digests.value[index];
    if (digest === null || digest === undefined) return [];
    const entry = entryOfTier(row.organization_id, { digest, ref: row.subject_ref });
    const fields = tierFields({
      tier: row.tier,
      version: row.version,
      eventId: row.consent_event_id,
      keySeed: row.key_seed,
    });
    return [changeOf(entry, row.version, fields, ports)];
  });
  return publishStale(changes, ports);
}

const changeOf = (
  entry: Entry,
  version: number,
  fields: Readonly<Record<string, string | number>>,
  { keyValue }: RepublishPorts,
): Change => ({
  entry,
  version,
  publish: async () => (await publishEntry(keyValue, entry, "", version, fields)).ok,
});

async function publishStale(
  changes: readonly Change[],
  ports: RepublishPorts,
): Promise<Outcome<number, Away>> {
  let published = 0;
  for (let from = 0; from < changes.length; from += PAGE_ROWS) {
    const page = changes.slice(from, from + PAGE_ROWS);
    const versions = await ask(
      page.map(({ entry }) => ["HGET", entry.key, "version"]),
      ports,
    );
    if (!versions.ok) return versions;
    for (const [index, { version, publish }] of page.entries()) {
      const stored = versions.value[index] ?? null;
      if (stored === null || Number(stored) >= version) continue;
      if (!(await publish())) return failed("redis");
      published += 1;
    }
  }
  return done(published);
}

const wordsSchema = z.array(z.coerce.string().nullable());

async function ask(
  commands: readonly KeyValueCommand[],
  { keyValue }: RepublishPorts,
): Promise<Outcome<(string | null)[], Away>> {
  if (commands.length === 0) return done([]);
  const answer = await keyValue.pipeline(commands);
  return answer.ok ? done(wordsSchema.parse(answer.value)) : failed("redis");
}

async function read<Value>(
  { database }: RepublishPorts,
  statement: SQL,
  schema: z.ZodType<Value>,
): Promise<Outcome<Value[], Away>> {
  const rows = await database.platform(statement);
  return rows.ok ? done(rows.value.map((row) => schema.parse(row))) : failed("postgres");
}

const bigintSchema = z.coerce.number();

const keyRowSchema = z.object({ key_id: z.string(), version: bigintSchema });

const limitsRowSchema = z.object({
  organization_id: z.uuid(),
  version: bigintSchema,
  rate_per_second: bigintSchema.nullable(),
  quota_per_month: bigintSchema.nullable(),
  concurrency: bigintSchema.nullable(),
});

const tierRowSchema = z.object({
  organization_id: z.uuid(),
  subject_ref: z.string(),
  tier: consentTierSchema,
  version: bigintSchema,
  consent_event_id: z.uuid(),
  key_seed: z.string(),
});
