import { type SQL, sql } from "drizzle-orm";
import { apiKeys, organizations } from "../../../drizzle/guard.ts";
import type { KeyDefaults } from "./schema.ts";

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly cell: string;
  readonly ratePerSecond: number | null;
  readonly quotaPerMonth: number | null;
  readonly concurrency: number | null;
}

export const insertOrganization = (organization: NewOrganization): SQL => sql`
  insert into ${organizations} (id, name, slug, cell, rate_per_second, quota_per_month, concurrency)
  values (${organization.id}, ${organization.name}, ${organization.slug}, ${organization.cell},
    ${organization.ratePerSecond}, ${organization.quotaPerMonth}, ${organization.concurrency})`;

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
    defaults, rate_per_second, quota_per_month, concurrency, cidrs, expires_at, created_at)
  values (${key.id}, ${key.organizationId}, ${key.keyId}, decode(${key.digest}, 'hex'), ${key.pepperVersion},
    ${key.hint}, ${key.environment}, ${textArray(key.scopes)}, ${key.name}, ${JSON.stringify(key.defaults)}::jsonb,
    ${key.ratePerSecond}, ${key.quotaPerMonth}, ${key.concurrency}, ${textArray(key.cidrs)},
    ${key.expiresAt}::timestamptz, ${key.createdAt}::timestamptz)`;

/** Finds the public id inside the text of a key. */
export const selectKeyId = (id: string): SQL => sql`
  select key_id from ${apiKeys} where id = ${id}`;

/** Revokes once: a repetition changes neither the time nor the version. */
export const markRevoked = (id: string): SQL => sql`
  update ${apiKeys} set revoked_at = now(), version = version + 1 where id = ${id} and revoked_at is null`;

/** Appends to the hash-chained audit log of the organization that `forOrg` set. */
export const appendAudit = (
  actor: string,
  action: string,
  target: string,
  detail: Readonly<Record<string, unknown>>,
): SQL => sql`select append_audit(${actor}, ${action}, ${target}, ${JSON.stringify(detail)}::jsonb)`;
