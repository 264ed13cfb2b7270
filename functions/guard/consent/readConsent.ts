import type { Configuration } from "../../contracts/configuration.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, Row } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { storageProblem } from "../identity/storageProblem.ts";
import type { Consent, ConsentHistory } from "./schema.ts";
import {
  type ConsentRow,
  consentEventRowSchema,
  consentRowSchema,
  selectConsent,
  selectConsentHistory,
} from "./store.ts";
import { createSubjectDigester, subjectRefOf } from "./subjectDigest.ts";

export interface ReadConsentPorts {
  readonly database: Database;
  readonly configuration: Configuration;
}

const HISTORY_EVENTS = 100;

const UNKNOWN: Consent = {
  tier: "none",
  version: 0,
  consent_event_id: null,
  legal_basis: null,
  updated_at: null,
};

/** A row of the ledger as the API says it. */
export const consentOf = (
  row: Pick<ConsentRow, "tier" | "version" | "consent_event_id" | "legal_basis" | "at_ms">,
): Consent => ({
  tier: row.tier,
  version: row.version,
  consent_event_id: toPublicId("consentEvent", row.consent_event_id),
  legal_basis: row.legal_basis,
  updated_at: new Date(row.at_ms).toISOString(),
});

/** A row of `consent_current` as the API says it; where there is none, nobody ever consented. */
export const consentOrNone = (row: Row | undefined): Consent =>
  row === undefined ? UNKNOWN : consentOf(consentRowSchema.parse(row));

/** The consent that holds for a subject, as Postgres knows it; null: the organization's person-free streams. */
export async function readConsent(
  organizationId: string,
  subject: string | null,
  ports: ReadConsentPorts,
): Promise<Outcome<Consent, Problem>> {
  const ref = await refOf(organizationId, subject, ports.configuration);
  const read = await ports.database.forOrg(organizationId, [selectConsent(organizationId, ref)]);
  if (!read.ok) return failed(storageProblem(read.failure));
  return done(consentOrNone(read.value[0]?.[0]));
}

/** The latest hundred events of a subject, newest first. */
export async function readConsentHistory(
  organizationId: string,
  subject: string | null,
  ports: ReadConsentPorts,
): Promise<Outcome<ConsentHistory, Problem>> {
  const ref = await refOf(organizationId, subject, ports.configuration);
  const statement = selectConsentHistory(organizationId, ref, HISTORY_EVENTS);
  const read = await ports.database.forOrg(organizationId, [statement]);
  if (!read.ok) return failed(storageProblem(read.failure));
  const rows = (read.value[0] ?? []).map((row) => consentEventRowSchema.parse(row));
  return done({
    events: rows.map((row) => ({
      ...consentOf(row),
      notice_version: row.notice_version,
      notice_hash: row.notice_hash,
      actor: row.actor_key_id,
    })),
  });
}

/** The reference under which an organization's tables know a subject; null: its person-free streams. */
export const refOf = async (
  organizationId: string,
  subject: string | null,
  { SUBJECT_SECRET }: Configuration,
): Promise<string> => subjectRefOf(organizationId, await createSubjectDigester(SUBJECT_SECRET)(subject));
