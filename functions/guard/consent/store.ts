import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { consentCurrent, consentEvents, consentNotices } from "../../../drizzle/guard.ts";
import { consentTierSchema, legalBasisSchema } from "../../contracts/tiers.ts";
import type { NewConsentEvent } from "./consentEvent.ts";

/** Lets one change of a subject's consent at a time into the ledger, until the transaction ends. */
export const lockConsent = (organizationId: string, subjectRef: string): SQL => sql`
  select pg_advisory_xact_lock(hashtextextended(${`headgate.consent.${organizationId}.${subjectRef}`}, 0))`;

/**
 * Appends an event to the ledger under the next version, and makes it what holds now. The hash of a registered
 * notice is filled in. Nothing is appended where the ledger is not at `expectedVersion`, or where the event
 * names another hash than the notice has. The seed of the subject's data key is made with the first event and
 * stays.
 */
export const writeConsent = (event: NewConsentEvent, expectedVersion: number | null = null): SQL => sql`
  with notice as (
    select hash from ${consentNotices}
    where organization_id = ${event.organizationId}::uuid and version = ${event.noticeVersion ?? null}::text
  ), event as (
    insert into ${consentEvents} (id, organization_id, subject_ref, tier, version, legal_basis, notice_version,
      notice_hash, actor_key_id, occurred_at)
    select ${event.id}::uuid, ${event.organizationId}::uuid, ${event.subjectRef}, ${event.tier},
      coalesce(max(version), 0) + 1, ${event.legalBasis}, ${event.noticeVersion ?? null},
      coalesce(${event.noticeHash ?? null}::text, (select hash from notice)), ${event.actor},
      ${event.occurredAt}::timestamptz
    from ${consentEvents}
    where organization_id = ${event.organizationId}::uuid and subject_ref = ${event.subjectRef}
    having (${expectedVersion}::bigint is null or coalesce(max(version), 0) = ${expectedVersion}::bigint)
      and not exists (select from notice where hash <> ${event.noticeHash ?? null}::text)
    returning *
  )
  insert into ${consentCurrent} as held (organization_id, subject_ref, tier, version, consent_event_id,
    legal_basis, key_seed, updated_at)
  select organization_id, subject_ref, tier, version, id, legal_basis, decode(${event.keySeed}, 'hex'), occurred_at
  from event
  on conflict (organization_id, subject_ref) do update set tier = excluded.tier, version = excluded.version,
    consent_event_id = excluded.consent_event_id, legal_basis = excluded.legal_basis,
    updated_at = excluded.updated_at
  where held.version < excluded.version`;

/** Carries out an audit entry if that event got into the ledger. */
export const whereWritten = (entry: SQL, event: NewConsentEvent): SQL => sql`
  ${entry} from ${consentEvents} where id = ${event.id}::uuid`;

/** The event that holds, whole, with the seed of the subject's data key. */
export const selectHeldEvent = (organizationId: string, subjectRef: string): SQL => sql`
  select e.tier, e.version, e.id as consent_event_id, e.legal_basis, e.notice_version, e.notice_hash, e.actor_key_id,
    e.subject_ref, encode(c.key_seed, 'hex') as key_seed, ${millisecondsOf(sql`e.occurred_at`)} as at_ms
  from ${consentCurrent} c join ${consentEvents} e on e.id = c.consent_event_id
  where c.organization_id = ${organizationId}::uuid and c.subject_ref = ${subjectRef}`;

/** The hash of a registered notice. */
export const selectNoticeHash = (organizationId: string, version: string | null): SQL => sql`
  select hash from ${consentNotices}
  where organization_id = ${organizationId}::uuid and version = ${version}::text`;

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

/** The event that holds, as `selectHeldEvent` gives it. */
export const heldEventSchema = consentEventRowSchema.extend({
  subject_ref: z.string(),
  key_seed: z.string(),
});
export type HeldEvent = z.infer<typeof heldEventSchema>;
