import type { Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "../identity/actor.ts";
import type { Consent, SetPersonFreeTierRequest } from "./schema.ts";
import { changeConsent, type SetConsentPorts } from "./setConsent.ts";
import { PERSON_FREE } from "./subjectDigest.ts";

/**
 * Declares, with its legal basis, the tier of an organization's streams that show nobody: calls without a
 * subject. For administrators: the route asks for `organization:write`.
 */
export const setPersonFreeTier = (
  organizationId: string,
  request: SetPersonFreeTierRequest,
  actor: Actor,
  ports: SetConsentPorts,
): Promise<Outcome<Consent, Problem>> =>
  changeConsent(
    organizationId,
    { digest: PERSON_FREE, ref: PERSON_FREE },
    { tier: request.tier, legalBasis: request.legal_basis, actor: actor.id },
    ports,
  );
