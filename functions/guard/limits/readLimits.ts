import { z } from "zod";
import type { Configuration } from "../../contracts/configuration.ts";
import { fromPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, KeyValue } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { storageProblem } from "../identity/storageProblem.ts";
import { flushUsageOf } from "../leases/flushUsage.ts";
import { monthOf, nextMonthMs } from "../leases/periods.ts";
import { keyQuota } from "../leases/redisKeys.ts";
import type { LimitsAnswer, LimitsQuery } from "./schema.ts";
import {
  type KeyLimitsRow,
  keyLimitsRowSchema,
  type OrganizationLimitsRow,
  organizationLimitsRowSchema,
  selectKeyLimits,
  selectOrganizationLimits,
} from "./store.ts";

export interface ReadLimitsPorts {
  readonly clock: Clock;
  readonly database: Database;
  readonly keyValue: KeyValue;
  readonly configuration: Configuration;
}

/**
 * The limits of the organization, or of one of its keys, and what is used of the quota this month: of the
 * organization, the requests that were served; of a key, the units debited, in which those count that isolates
 * hold for their next second.
 */
export async function readLimits(
  organizationId: string,
  query: LimitsQuery,
  ports: ReadLimitsPorts,
): Promise<Outcome<LimitsAnswer, Problem>> {
  const id = query.key_id === undefined ? null : fromPublicId("key", query.key_id);
  if (query.key_id !== undefined && id === null) return failed({ code: "not_found" });
  await flushUsageOf(organizationId, ports);
  const month = monthOf(ports.clock.now());
  const read = await ports.database.forOrg(organizationId, [
    selectOrganizationLimits(organizationId, month),
    ...(id === null ? [] : [selectKeyLimits(id, month)]),
  ]);
  if (!read.ok) return failed(storageProblem(read.failure));
  const organization = organizationLimitsRowSchema.parse(read.value[0]?.[0]);
  if (query.key_id === undefined) return done(limitsOfOrganization(organization, ports));
  const row = read.value[1]?.[0];
  if (row === undefined) return failed({ code: "not_found" });
  const key = keyLimitsRowSchema.parse(row);
  return done({
    ...limitsOfOrganization({ ...key, version: organization.version }, ports),
    key_id: query.key_id,
    effective: effectiveOf(key, organization, ports),
    used_this_month: key.quota_per_month === null ? null : await usedByKey(key, month, ports),
  });
}

/** An organization's row as the API shows it. */
export const limitsOfOrganization = (row: OrganizationLimitsRow, ports: ReadLimitsPorts): LimitsAnswer => ({
  key_id: null,
  rate_per_second: row.rate_per_second,
  quota_per_month: row.quota_per_month,
  concurrency: row.concurrency,
  effective: effectiveOf(row, row, ports),
  used_this_month: row.used,
  resets_at: new Date(nextMonthMs(ports.clock.now())).toISOString(),
});

type Limits = Pick<OrganizationLimitsRow, "rate_per_second" | "quota_per_month" | "concurrency">;

/** What holds: the key's own limit, else the organization's, else the configuration's; of quotas the smaller one. */
function effectiveOf(own: Limits, organization: Limits, { configuration }: ReadLimitsPorts) {
  const shared = organization.quota_per_month ?? configuration.QUOTA_PER_MONTH;
  return {
    rate_per_second:
      own.rate_per_second ?? organization.rate_per_second ?? configuration.RATE_LIMIT_PER_SECOND,
    quota_per_month: Math.min(own.quota_per_month ?? shared, shared),
    concurrency: own.concurrency ?? organization.concurrency ?? configuration.CONCURRENCY_LIMIT,
  };
}

const counterSchema = z.coerce.number().nullable();

/** What Redis has counted; where it knows nothing, what was flushed before. */
async function usedByKey(row: KeyLimitsRow, month: string, { keyValue }: ReadLimitsPorts): Promise<number> {
  const counted = await keyValue.pipeline([["GET", keyQuota(row.key_id, month)]]);
  return (counted.ok ? counterSchema.parse(counted.value[0]) : null) ?? row.used;
}
