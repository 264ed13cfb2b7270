import { toPublicId } from "../../contracts/identifiers.ts";
import { failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { ChangeConsentPorts } from "../consent/changeConsent.ts";
import { setPersonFreeTier } from "../consent/setPersonFreeTier.ts";
import type { Actor } from "./actor.ts";
import type { ChangeOrganizationRequest, Organization } from "./organizationSchema.ts";
import { readOrganization } from "./readOrganization.ts";
import { storageProblem } from "./storageProblem.ts";
import { appendAudit, renameOnce } from "./store.ts";

/**
 * Changes what the request gives: the name, the tier of person-free streams, or both. A repetition changes
 * nothing more: the name comes first, since giving it again leaves no trace.
 */
export async function changeOrganization(
  organizationId: string,
  { name, person_free }: ChangeOrganizationRequest,
  actor: Actor,
  ports: ChangeConsentPorts,
): Promise<Outcome<Organization, Problem>> {
  if (name !== undefined) {
    const target = toPublicId("organization", organizationId);
    const entry = appendAudit(actor.id, "organization.rename", target, { name });
    const written = await ports.database.forOrg(organizationId, [renameOnce(organizationId, name, entry)]);
    if (!written.ok) return failed(storageProblem(written.failure));
  }
  if (person_free !== undefined) {
    const set = await setPersonFreeTier(organizationId, person_free, actor, ports);
    if (!set.ok) return set;
  }
  return readOrganization(organizationId, ports);
}
