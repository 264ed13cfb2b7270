import { done, type Outcome } from "../../contracts/outcome.ts";
import type { Signer } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "../identity/actor.ts";
import { type ChangeConsentPorts, changeConsent } from "./changeConsent.ts";
import { consentOf } from "./readConsent.ts";
import { signReceipt } from "./receipts/signReceipt.ts";
import type { SetConsentAnswer, SetConsentRequest } from "./schema.ts";
import { createSubjectDigester, subjectRefOf } from "./subjectDigest.ts";

export interface SetConsentPorts extends ChangeConsentPorts {
  readonly signer: Signer;
}

/**
 * Writes what a person consents to, or withdraws, and answers it with its receipt. It holds everywhere within
 * LEASE_MS of the answer. See `changeConsent` for what is refused.
 */
export async function setConsent(
  organizationId: string,
  subject: string,
  request: SetConsentRequest,
  actor: Actor,
  ports: SetConsentPorts,
): Promise<Outcome<SetConsentAnswer, Problem>> {
  const digest = await createSubjectDigester(ports.configuration.SUBJECT_SECRET)(subject);
  const ref = await subjectRefOf(organizationId, digest);
  const declaration = {
    tier: request.tier,
    legalBasis: request.legal_basis,
    noticeVersion: request.notice_version,
    noticeHash: request.notice_hash,
    expectedVersion: request.expected_version,
    actor: actor.id,
  };
  const changed = await changeConsent(organizationId, { digest, ref }, declaration, ports);
  if (!changed.ok) return changed;
  const { receipt } = await signReceipt(organizationId, changed.value, ports.signer);
  return done({ ...consentOf(changed.value), receipt });
}
