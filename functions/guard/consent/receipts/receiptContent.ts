import { toPublicId } from "../../../contracts/identifiers.ts";
import { type ConsentTier, type Keepable, mayKeep } from "../../../contracts/tiers.ts";
import type { HeldEvent } from "../store.ts";
import { PERSON_FREE } from "../subjectDigest.ts";
import type { ReceiptContent } from "./schema.ts";

/** What each part that a tier may keep is for, and is, in words that a person understands. */
const KEPT: Readonly<Record<Keepable, { readonly purpose: string; readonly pii_information: string }>> = {
  metadata: {
    purpose: "operation",
    pii_information: "time, model, robot type, latency, status and results of checks of each exchange",
  },
  aggregates: { purpose: "statistics", pii_information: "each exchange counts in totals" },
  action: { purpose: "analysis", pii_information: "the robot's state and actions, and their safety score" },
  text: { purpose: "analysis", pii_information: "instructions with personal details taken out" },
  aggregate_values: { purpose: "statistics", pii_information: "measured values enter averages" },
  image: { purpose: "research", pii_information: "anonymized camera images" },
  training_export: { purpose: "model training", pii_information: "the above in data sets that train models" },
};

const PARTS: readonly Keepable[] = [
  "metadata",
  "aggregates",
  "action",
  "text",
  "aggregate_values",
  "image",
  "training_export",
];

const WITHDRAWAL = {
  person: "At any time, as easily as it was given: through the controller, who sets the tier `none`.",
  nobody: "The controller declares another tier for its streams that show nobody.",
};

const purposesOf = (tier: ConsentTier): ReceiptContent["purposes"] =>
  PARTS.filter((part) => mayKeep(tier, part)).map((part) => KEPT[part]);

/**
 * What the receipt of an event of the ledger says: made from the event alone, so that the same event gives the
 * same receipt at any time. The person is named by the digest of the ledger only.
 */
export function receiptContent(organizationId: string, event: HeldEvent): ReceiptContent {
  const isPersonFree = event.subject_ref === PERSON_FREE;
  const { notice_version: version, notice_hash: hash } = event;
  return {
    schema_version: "headgate-1",
    receipt_id: toPublicId("consentEvent", event.consent_event_id),
    pii_principal_id: isPersonFree ? null : event.subject_ref,
    pii_controller: { party_id: toPublicId("organization", organizationId), party_type: "organization" },
    privacy_notice: version === null && hash === null ? null : { version, hash },
    lawful_basis: event.legal_basis,
    tier: event.tier,
    purposes: purposesOf(event.tier),
    withdrawal_method: isPersonFree ? WITHDRAWAL.nobody : WITHDRAWAL.person,
    event: {
      event_type: event.tier === "none" ? "withdrawn" : "given",
      event_time: new Date(event.at_ms).toISOString(),
      event_version: event.version,
      entity_id: event.actor_key_id,
    },
  };
}
