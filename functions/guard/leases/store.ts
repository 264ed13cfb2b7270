import { sql } from "drizzle-orm";
import { z } from "zod";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, DatabaseFailure } from "../../contracts/ports.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { keyDefaultsSchema } from "../identity/schema.ts";
import type { AdmissionFacts } from "./facts.ts";

const bigintSchema = z.coerce.number();

const rowSchema = z.object({
  organization_id: z.uuid(),
  key_uuid: z.uuid(),
  digest: z.string(),
  pepper_version: bigintSchema,
  scopes: z.array(z.string()),
  revoked: z.boolean(),
  expires_at_ms: bigintSchema.nullable(),
  version: bigintSchema,
  rate_per_second: bigintSchema.nullable(),
  quota_per_month: bigintSchema.nullable(),
  concurrency: bigintSchema.nullable(),
  cidrs: z.array(z.string()).nullable(),
  defaults: keyDefaultsSchema,
  max_tier: consentTierSchema.nullable(),
  key_used_this_month: bigintSchema,
  organization_version: bigintSchema,
  organization_rate_per_second: bigintSchema.nullable(),
  organization_quota_per_month: bigintSchema.nullable(),
  organization_concurrency: bigintSchema.nullable(),
  used_this_month: bigintSchema,
  subject_ref: z.string(),
  tier: consentTierSchema,
  consent_version: bigintSchema,
  consent_event_id: z.uuid().nullable(),
  key_seed: z.string().nullable(),
});

/** Reads what Postgres knows of a key and a subject. Null: there is no such key. */
export async function readAdmissionFacts(
  database: Database,
  keyId: string,
  subjectDigest: string,
): Promise<Outcome<AdmissionFacts | null, DatabaseFailure>> {
  const read = await database.platform(sql`select * from admission_facts(${keyId}, ${subjectDigest})`);
  if (!read.ok) return failed(read.failure);
  const [first] = read.value;
  return done(first === undefined ? null : factsOf(rowSchema.parse(first), subjectDigest));
}

function factsOf(row: z.infer<typeof rowSchema>, subjectDigest: string): AdmissionFacts {
  return {
    key: {
      organizationId: row.organization_id,
      keyUuid: row.key_uuid,
      version: row.version,
      revoked: row.revoked,
      expiresAtMs: row.expires_at_ms,
      scopes: row.scopes,
      ratePerSecond: row.rate_per_second,
      quotaPerMonth: row.quota_per_month,
      concurrency: row.concurrency,
      cidrs: row.cidrs ?? [],
      defaults: row.defaults,
      maxTier: row.max_tier,
    },
    stored: { pepperVersion: row.pepper_version, digest: row.digest },
    organization: {
      version: row.organization_version,
      ratePerSecond: row.organization_rate_per_second,
      quotaPerMonth: row.organization_quota_per_month,
      concurrency: row.organization_concurrency,
    },
    subjectDigest,
    subjectRef: row.subject_ref,
    tier: {
      tier: row.tier,
      version: row.consent_version,
      eventId: row.consent_event_id,
      keySeed: row.key_seed,
    },
    used: { organization: row.used_this_month, key: row.key_used_this_month },
  };
}
