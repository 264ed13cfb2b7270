import { type SQL, sql } from "drizzle-orm";
import { apiKeys, organizations } from "../../../drizzle/guard.ts";
import type { KeySecret } from "./keySecret.ts";

/** How old keys end: the statements of revocation and rotation. Times are the caller's, RFC 3339. */

/** Whether a row of `api_keys` opens at that time. */
export const isActive = (now: string): SQL =>
  sql`revoked_at is null and (expires_at is null or expires_at > ${now}::timestamptz)`;

const mayMakeKeys = sql`'keys:write' = any(scopes)`;

/** One change at a time to which keys of an organization are open, until the transaction ends. */
export const lockKeys = (organizationId: string): SQL => sql`
  select pg_advisory_xact_lock(hashtextextended(${`headgate.keys.${organizationId}`}, 0))`;

/** `is_last`: without that key, no active key of the organization could make another. */
export const selectIsLastKeeper = (id: string, now: string): SQL => sql`
  select ${isLastKeeper(id, now)} as is_last`;

function isLastKeeper(id: string, now: string): SQL {
  return sql`(
    exists (select from ${apiKeys} where id = ${id}::uuid and ${mayMakeKeys} and ${isActive(now)})
    and not exists (select from ${apiKeys} where id <> ${id}::uuid and ${mayMakeKeys} and ${isActive(now)}))`;
}

/** `founded`: whether the organization is there; `has_key`: whether any of its keys opens. */
export const selectPlatform = (organizationId: string, now: string): SQL => sql`
  select exists (select from ${organizations} where id = ${organizationId}::uuid) as founded,
    exists (select from ${apiKeys} where ${isActive(now)}) as has_key`;

/**
 * Revokes once, with its audit entry: a repetition changes neither the time nor the version. Spares the last
 * keeper unless forced.
 */
export const revokeOnce = (id: string, now: string, force: boolean, entry: SQL): SQL => sql`
  with revoked as (
    update ${apiKeys} set revoked_at = ${now}::timestamptz, version = version + 1
    where id = ${id}::uuid and revoked_at is null and (${force}::boolean or not ${isLastKeeper(id, now)})
    returning id
  )
  ${entry} from revoked`;

export interface Rotation {
  readonly oldId: string;
  readonly now: string;
  /** When the old key ends, unless it ends before by itself; `now` revokes it. */
  readonly closesAt: string;
  readonly secret: KeySecret;
  readonly expiresAt: string | null;
}

/**
 * Ends the old key and makes its like in one statement, so that nothing can be changed between the two. A key
 * that was closed meanwhile gets no successor.
 */
export const rotateInto = ({ oldId, now, closesAt, secret, expiresAt }: Rotation): SQL => sql`
  with old as (
    update ${apiKeys} set expires_at = least(expires_at, ${closesAt}::timestamptz), version = version + 1,
      revoked_at = case when ${closesAt}::timestamptz <= ${now}::timestamptz then ${now}::timestamptz end
    where id = ${oldId}::uuid and ${isActive(now)}
    returning *
  )
  insert into ${apiKeys} (id, key_id, digest, pepper_version, hint, expires_at, created_at, rotated_from,
    organization_id, environment, scopes, name, defaults, max_tier, rate_per_second, quota_per_month, concurrency,
    cidrs)
  select ${secret.id}::uuid, ${secret.keyId}, decode(${secret.digest}, 'hex'), ${secret.pepperVersion}::integer,
    ${secret.hint}, ${expiresAt}::timestamptz, ${secret.createdAt}::timestamptz, id, organization_id, environment,
    scopes, name, defaults, max_tier, rate_per_second, quota_per_month, concurrency, cidrs
  from old`;

/** An audit entry that is appended only where that key exists: where the change it tells of has happened. */
export const whereKeyExists = (id: string, entry: SQL): SQL => sql`
  ${entry} where exists (select from ${apiKeys} where id = ${id}::uuid)`;
