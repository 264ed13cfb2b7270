import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { apiKeys, organizations } from "../../../drizzle/guard.ts";
import { billingDaily, keyUsageMonthly } from "../../../drizzle/observe.ts";
import type { SetLimitsRequest } from "./schema.ts";

/** The limits of the organization, and what was billed this month; `month` is yyyy-mm, UTC. */
export const selectOrganizationLimits = (organizationId: string, month: string): SQL => sql`
  select version, rate_per_second, quota_per_month, concurrency,
    (select coalesce(sum(quota_units), 0)::bigint from ${billingDaily}
      where organization_id = ${organizationId}::uuid and day >= ${`${month}-01`}::date) as used
  from ${organizations} where id = ${organizationId}::uuid`;

/** A key's own limits, and what was flushed of its use this month. */
export const selectKeyLimits = (id: string, month: string): SQL => sql`
  select key_id, rate_per_second, quota_per_month, concurrency,
    (select coalesce(sum(quota_units), 0)::bigint from ${keyUsageMonthly}
      where key_id = ${id}::uuid and month = ${`${month}-01`}::date) as used
  from ${apiKeys} where id = ${id}::uuid`;

export const updateLimits = (organizationId: string, request: SetLimitsRequest): SQL => sql`
  update ${organizations} set rate_per_second = ${request.rate_per_second},
    quota_per_month = ${request.quota_per_month}, concurrency = ${request.concurrency}, version = version + 1
  where id = ${organizationId}::uuid`;

const limitsRow = {
  rate_per_second: z.coerce.number().nullable(),
  quota_per_month: z.coerce.number().nullable(),
  concurrency: z.coerce.number().nullable(),
  used: z.coerce.number(),
};

export const organizationLimitsRowSchema = z.object({ ...limitsRow, version: z.coerce.number() });
export type OrganizationLimitsRow = z.infer<typeof organizationLimitsRowSchema>;

export const keyLimitsRowSchema = z.object({ ...limitsRow, key_id: z.string() });
export type KeyLimitsRow = z.infer<typeof keyLimitsRowSchema>;
