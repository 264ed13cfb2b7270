import { done, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "./actor.ts";
import type { CreateKeyPorts } from "./createKey.ts";
import { createOrganization } from "./createOrganization.ts";
import type { FoundedOrganization, FoundOrganizationRequest } from "./organizationSchema.ts";

/**
 * Founds an organization for a key of the platform, and answers the organization's first key, an administrator's,
 * this once. Both audit logs tell of it: the new organization's, and the founder's own.
 */
export async function foundOrganization(
  founderOrganizationId: string,
  { name, slug, person_free, limits }: FoundOrganizationRequest,
  actor: Actor,
  ports: CreateKeyPorts,
): Promise<Outcome<FoundedOrganization, Problem>> {
  const founded = await createOrganization(
    {
      name,
      slug,
      ratePerSecond: limits.rate_per_second,
      quotaPerMonth: limits.quota_per_month,
      concurrency: limits.concurrency,
      personFree: person_free && { tier: person_free.tier, legalBasis: person_free.legal_basis },
      foundedFrom: founderOrganizationId,
    },
    actor,
    ports,
  );
  return founded.ok ? done({ organization: founded.value.organization, key: founded.value.key }) : founded;
}
