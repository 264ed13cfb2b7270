import { type SQL, sql } from "drizzle-orm";
import { apiKeys, organizations } from "../../../drizzle/guard.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";
import type { KeyDefaults } from "./schema.ts";

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly cell: string;
  readonly ratePerSecond: number | null;
  readonly quotaPerMonth: number | null;
  readonly concurrency: number | null;
  readonly createdAt: string;
}

export const insertOrganization = (organization: NewOrganization): SQL => sql`
  insert into ${organizations} (id, name, slug, cell, rate_per_second, quota_per_month, concurrency, created_at)
  values (${organization.id}, ${organization.name}, ${organization.slug}, ${organization.cell},
    ${organization.ratePerSecond}, ${organization.quotaPerMonth}, ${organization.concurrency},
    ${organization.createdAt}::timestamptz)`;

/** Renames an organization, with its audit entry; the name that it has already changes nothing. */
export const renameOnce = (organizationId: string, name: string, entry: SQL): SQL => sql`
  with renamed as (
    update ${organizations} set name = ${name}, version = version + 1
    where id = ${organizationId}::uuid and name <> ${name} returning id
  )
  ${entry} from renamed`;

export interface NewKey {
  readonly id: string;
  readonly organizationId: string;
  readonly keyId: string;
  readonly digest: string;
  readonly pepperVersion: number;
  readonly hint: string;
  readonly environment: "live" | "test";
  readonly scopes: readonly string[];
  readonly name: string;
  readonly defaults: KeyDefaults;
  readonly maxTier: ConsentTier | null;
  readonly ratePerSecond: number | null;
  readonly quotaPerMonth: number | null;
  readonly concurrency: number | null;
  readonly cidrs: readonly string[];
  readonly expiresAt: string | null;
  readonly createdAt: string;
}

const textArray = (values: readonly string[]): SQL =>
  sql`(select coalesce(array_agg(value), '{}') from jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;

export const insertKey = (key: NewKey): SQL => sql`
  insert into ${apiKeys} (id, organization_id, key_id, digest, pepper_version, hint, environment, scopes, name,
    defaults, max_tier, rate_per_second, quota_per_month, concurrency, cidrs, expires_at, created_at)
  values (${key.id}, ${key.organizationId}, ${key.keyId}, decode(${key.digest}, 'hex'), ${key.pepperVersion},
    ${key.hint}, ${key.environment}, ${textArray(key.scopes)}, ${key.name}, ${JSON.stringify(key.defaults)}::jsonb,
    ${key.maxTier}, ${key.ratePerSecond}, ${key.quotaPerMonth}, ${key.concurrency}, ${textArray(key.cidrs)},
    ${key.expiresAt}::timestamptz, ${key.createdAt}::timestamptz)`;

/** Appends to the hash-chained audit log of the organization that `forOrg` set. */
export const appendAudit = (
  actor: string,
  action: string,
  target: string,
  detail: Readonly<Record<string, unknown>>,
): SQL => sql`select append_audit(${actor}, ${action}, ${target}, ${JSON.stringify(detail)}::jsonb)`;

/**
 * Appends to the audit log of another organization than the one that `forOrg` set, in the same transaction; what
 * comes after it in the batch belongs to `home` again. For founding alone: it concerns two organizations.
 */
export const auditElsewhere = (elsewhere: string, home: string, entry: SQL): SQL[] => [
  enterOrganization(elsewhere),
  entry,
  enterOrganization(home),
];

const enterOrganization = (organizationId: string): SQL =>
  sql`select set_config('app.organization', ${organizationId}, true)`;
