import { done, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "../identity/actor.ts";
import { type ChangeConsentPorts, changeConsent } from "./changeConsent.ts";
import { consentOf } from "./readConsent.ts";
import type { Consent, SetPersonFreeTierRequest } from "./schema.ts";
import { PERSON_FREE } from "./subjectDigest.ts";

/**
 * Declares, with its legal basis, the tier of an organization's streams that show nobody: calls without a
 * subject. For administrators: the route asks for `organization:write`.
 */
export async function setPersonFreeTier(
  organizationId: string,
  request: SetPersonFreeTierRequest,
  actor: Actor,
  ports: ChangeConsentPorts,
): Promise<Outcome<Consent, Problem>> {
  const nobody = { digest: PERSON_FREE, ref: PERSON_FREE };
  const declaration = { tier: request.tier, legalBasis: request.legal_basis, actor: actor.id };
  const changed = await changeConsent(organizationId, nobody, declaration, ports);
  return changed.ok ? done(consentOf(changed.value)) : changed;
}
