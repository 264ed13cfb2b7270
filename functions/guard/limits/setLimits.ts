import { toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "../identity/actor.ts";
import { NOT_YET_EVERYWHERE, storageProblem } from "../identity/storageProblem.ts";
import { appendAudit } from "../identity/store.ts";
import { entryOfOrganization, organizationFields, publishEntry } from "../leases/entries.ts";
import { monthOf } from "../leases/periods.ts";
import { limitsOfOrganization, type ReadLimitsPorts } from "./readLimits.ts";
import type { LimitsAnswer, SetLimitsRequest } from "./schema.ts";
import { organizationLimitsRowSchema, selectOrganizationLimits, updateLimits } from "./store.ts";

/**
 * Replaces the organization's limits. They hold in every isolate when its last lease ends, within LEASE_MS of
 * the answer; where Redis could not be told, the answer is 503, and the schedule tells it once it is back.
 */
export async function setLimits(
  organizationId: string,
  request: SetLimitsRequest,
  actor: Actor,
  ports: ReadLimitsPorts,
): Promise<Outcome<LimitsAnswer, Problem>> {
  const written = await ports.database.forOrg(organizationId, [
    updateLimits(organizationId, request),
    appendAudit(actor.id, "limits.set", toPublicId("organization", organizationId), request),
    selectOrganizationLimits(organizationId, monthOf(ports.clock.now())),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));
  const row = organizationLimitsRowSchema.parse(written.value[2]?.[0]);
  const fields = organizationFields({
    ratePerSecond: row.rate_per_second,
    quotaPerMonth: row.quota_per_month,
    concurrency: row.concurrency,
  });
  const entry = entryOfOrganization(organizationId);
  const published = await publishEntry(ports.keyValue, entry, "", row.version, fields);
  return published.ok ? done(limitsOfOrganization(row, ports)) : failed(NOT_YET_EVERYWHERE);
}
