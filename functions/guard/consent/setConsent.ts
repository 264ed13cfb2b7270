import type { Configuration } from "../../contracts/configuration.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, KeyValue, Random } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "../identity/actor.ts";
import { NOT_YET_EVERYWHERE, storageProblem } from "../identity/storageProblem.ts";
import { appendAudit } from "../identity/store.ts";
import { entryOfTier, publishEntry, raiseFence, tierFields } from "../leases/entries.ts";
import { type ConsentDeclaration, newConsentEvent } from "./consentEvent.ts";
import { consentOf } from "./readConsent.ts";
import type { Consent, SetConsentRequest } from "./schema.ts";
import { type ConsentRow, consentRowSchema, lockConsent, writeConsent } from "./store.ts";
import { createSubjectDigester, type Subject, subjectRefOf } from "./subjectDigest.ts";

export interface SetConsentPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly keyValue: KeyValue;
  readonly configuration: Configuration;
}

/** Writes what a person consents to, or withdraws. It holds everywhere within LEASE_MS of the answer. */
export async function setConsent(
  organizationId: string,
  subject: string,
  request: SetConsentRequest,
  actor: Actor,
  ports: SetConsentPorts,
): Promise<Outcome<Consent, Problem>> {
  const digest = await createSubjectDigester(ports.configuration.SUBJECT_SECRET)(subject);
  const ref = await subjectRefOf(organizationId, digest);
  const declaration = {
    tier: request.tier,
    legalBasis: request.legal_basis,
    noticeVersion: request.notice_version,
    noticeHash: request.notice_hash,
    actor: actor.id,
  };
  return changeConsent(organizationId, { digest, ref }, declaration, ports);
}

/**
 * Appends to the ledger and tells Redis. Where the new tier may be lower than the old one, a fence goes up
 * first, so that the subject counts as `none` until the change is through, and also if it dies half-way; the
 * highest tier can only be a rise, and needs none.
 */
export async function changeConsent(
  organizationId: string,
  subject: Subject,
  declaration: ConsentDeclaration,
  ports: SetConsentPorts,
): Promise<Outcome<Consent, Problem>> {
  const { keyValue, random } = ports;
  const entry = entryOfTier(organizationId, subject.digest);
  const fence = declaration.tier === "research" ? null : await raiseFence(keyValue, random, entry);
  const written = await writeLedger(organizationId, subject.ref, declaration, ports);
  if (!written.ok) return written;
  const row = written.value;
  const fields = tierFields({
    tier: row.tier,
    version: row.version,
    eventId: row.consent_event_id,
    keySeed: row.key_seed,
  });
  const published = await publishEntry(keyValue, entry, fence?.ok ? fence.value : "", row.version, fields);
  return fence?.ok || published.ok ? done(consentOf(row)) : failed(NOT_YET_EVERYWHERE);
}

async function writeLedger(
  organizationId: string,
  subjectRef: string,
  declaration: ConsentDeclaration,
  ports: SetConsentPorts,
): Promise<Outcome<ConsentRow, Problem>> {
  const event = newConsentEvent(organizationId, subjectRef, declaration, ports);
  const written = await ports.database.forOrg(organizationId, [
    lockConsent(organizationId, subjectRef),
    writeConsent(event),
    appendAudit(declaration.actor, "consent.set", subjectRef === "" ? "person-free" : subjectRef, {
      tier: declaration.tier,
      legal_basis: declaration.legalBasis,
      event: event.id,
    }),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));
  return done(consentRowSchema.parse(written.value[1]?.[0]));
}
