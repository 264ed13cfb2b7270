import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { consentCurrent, consentEvents } from "../../../drizzle/guard.ts";
import { consentTierSchema, legalBasisSchema } from "../../contracts/tiers.ts";
import type { NewConsentEvent } from "./consentEvent.ts";

/** Lets one change of a subject's consent at a time into the ledger, until the transaction ends. */
export const lockConsent = (organizationId: string, subjectRef: string): SQL => sql`
  select pg_advisory_xact_lock(hashtextextended(${`headgate.consent.${organizationId}.${subjectRef}`}, 0))`;

/**
 * Appends an event to the ledger under the next version, and makes it what holds now. The seed of the
 * subject's data key is made with the first event and stays.
 */
export const writeConsent = (event: NewConsentEvent): SQL => sql`
  with event as (
    insert into ${consentEvents} (id, organization_id, subject_ref, tier, version, legal_basis, notice_version,
      notice_hash, actor_key_id, occurred_at)
    select ${event.id}::uuid, ${event.organizationId}::uuid, ${event.subjectRef}, ${event.tier},
      coalesce(max(version), 0) + 1, ${event.legalBasis}, ${event.noticeVersion ?? null},
      ${event.noticeHash ?? null}, ${event.actor}, ${event.occurredAt}::timestamptz
    from ${consentEvents}
    where organization_id = ${event.organizationId}::uuid and subject_ref = ${event.subjectRef}
    returning *
  )
  insert into ${consentCurrent} as held (organization_id, subject_ref, tier, version, consent_event_id,
    legal_basis, key_seed, updated_at)
  select organization_id, subject_ref, tier, version, id, legal_basis, decode(${event.keySeed}, 'hex'), occurred_at
  from event
  on conflict (organization_id, subject_ref) do update set tier = excluded.tier, version = excluded.version,
    consent_event_id = excluded.consent_event_id, legal_basis = excluded.legal_basis,
    updated_at = excluded.updated_at
  where held.version < excluded.version
  returning tier, version, consent_event_id, legal_basis, encode(key_seed, 'hex') as key_seed,
    ${millisecondsOf(sql`updated_at`)} as at_ms`;

export const selectConsent = (organizationId: string, subjectRef: string): SQL => sql`
  select tier, version, consent_event_id, legal_basis, encode(key_seed, 'hex') as key_seed,
    ${millisecondsOf(sql`updated_at`)} as at_ms
  from ${consentCurrent}
  where organization_id = ${organizationId}::uuid and subject_ref = ${subjectRef}`;

export const selectConsentHistory = (organizationId: string, subjectRef: string, limit: number): SQL => sql`
  select tier, version, id as consent_event_id, legal_basis, notice_version, notice_hash, actor_key_id,
    ${millisecondsOf(sql`occurred_at`)} as at_ms
  from ${consentEvents}
  where organization_id = ${organizationId}::uuid and subject_ref = ${subjectRef}
  order by version desc limit ${limit}`;

function millisecondsOf(column: SQL): SQL {
  return sql`floor(extract(epoch from ${column}) * 1000)::bigint`;
}

/** A row of `consent_current`. */
export const consentRowSchema = z.object({
  tier: consentTierSchema,
  version: z.coerce.number(),
  consent_event_id: z.uuid(),
  legal_basis: legalBasisSchema,
  key_seed: z.string(),
  at_ms: z.coerce.number(),
});
export type ConsentRow = z.infer<typeof consentRowSchema>;

/** A row of `consent_events`. */
export const consentEventRowSchema = z.object({
  tier: consentTierSchema,
  version: z.coerce.number(),
  consent_event_id: z.uuid(),
  legal_basis: legalBasisSchema,
  notice_version: z.string().nullable(),
  notice_hash: z.string().nullable(),
  actor_key_id: z.string(),
  at_ms: z.coerce.number(),
});
