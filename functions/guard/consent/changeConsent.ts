import type { Configuration } from "../../contracts/configuration.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, KeyValue, Random, Row } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { NOT_YET_EVERYWHERE, storageProblem } from "../identity/storageProblem.ts";
import { appendAudit } from "../identity/store.ts";
import { entryOfTier, publishEntry, raiseFence, tierFields } from "../leases/entries.ts";
import type { TierFacts } from "../leases/facts.ts";
import { type ConsentDeclaration, type NewConsentEvent, newConsentEvent } from "./consentEvent.ts";
import {
  type HeldEvent,
  heldEventSchema,
  lockConsent,
  selectHeldEvent,
  selectNoticeHash,
  whereWritten,
  writeConsent,
} from "./store.ts";
import { PERSON_FREE, type Subject } from "./subjectDigest.ts";

export interface ChangeConsentPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly keyValue: KeyValue;
  readonly configuration: Configuration;
}

/** What the ledger answered: the event that holds now, and why the declaration is not it. */
interface Written {
  readonly held: HeldEvent | null;
  readonly refused: Problem | null;
}

/**
 * Appends to the ledger and tells Redis. Where the new tier may be lower than the old one, a fence goes up
 * first, so that the subject counts as `none` until the change is through, and also if it dies half-way; the
 * highest tier can only be a rise, and needs none. Answers the event that holds. `conflict`: the ledger moved on
 * from `expectedVersion`; `invalid_request`: the notice has another hash.
 */
export async function changeConsent(
  organizationId: string,
  subject: Subject,
  declaration: ConsentDeclaration,
  ports: ChangeConsentPorts,
): Promise<Outcome<HeldEvent, Problem>> {
  const { keyValue, random } = ports;
  const entry = entryOfTier(organizationId, subject);
  const fence = declaration.tier === "research" ? null : await raiseFence(keyValue, random, entry);
  const written = await writeLedger(organizationId, subject.ref, declaration, ports);
  if (!written.ok) return written;
  const { held, refused } = written.value;
  const facts = factsOf(held);
  const token = fence?.ok ? fence.value : "";
  const published = await publishEntry(keyValue, entry, token, facts.version, tierFields(facts));
  if (refused !== null || held === null) return failed(refused ?? { code: "conflict" });
  return fence?.ok || published.ok ? done(held) : failed(NOT_YET_EVERYWHERE);
}

const factsOf = (held: HeldEvent | null): TierFacts =>
  held === null
    ? { tier: "none", version: 0, eventId: null, keySeed: null }
    : { tier: held.tier, version: held.version, eventId: held.consent_event_id, keySeed: held.key_seed };

async function writeLedger(
  organizationId: string,
  subjectRef: string,
  declaration: ConsentDeclaration,
  ports: ChangeConsentPorts,
): Promise<Outcome<Written, Problem>> {
  const event = newConsentEvent(organizationId, subjectRef, declaration, ports);
  const target = subjectRef === PERSON_FREE ? "person-free" : subjectRef;
  const entry = appendAudit(declaration.actor, "consent.set", target, {
    tier: declaration.tier,
    legal_basis: declaration.legalBasis,
    event: event.id,
  });
  const written = await ports.database.forOrg(organizationId, [
    lockConsent(organizationId, subjectRef),
    writeConsent(event, declaration.expectedVersion ?? null),
    whereWritten(entry, event),
    selectHeldEvent(organizationId, subjectRef),
    selectNoticeHash(organizationId, event.noticeVersion ?? null),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));
  const [, , , [row] = [], [notice] = []] = written.value;
  const held = row === undefined ? null : heldEventSchema.parse(row);
  const refused = held?.consent_event_id === event.id ? null : refusalOf(event, held, notice);
  return done({ held, refused });
}

/** Why an event did not get into the ledger. */
function refusalOf(event: NewConsentEvent, held: HeldEvent | null, notice: Row | undefined): Problem {
  if (event.noticeHash !== undefined && notice !== undefined && notice.hash !== event.noticeHash)
    return {
      code: "invalid_request",
      errors: [{ pointer: "/notice_hash", detail: "the registered notice of this version has another hash" }],
    };
  const detail = `the ledger is at version ${held?.version ?? 0}`;
  return { code: "conflict", errors: [{ pointer: "/expected_version", detail }] };
}
