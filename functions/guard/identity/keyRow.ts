import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { apiKeys } from "../../../drizzle/guard.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { environmentSchema, type Key, keyDefaultsSchema } from "./schema.ts";

const millisecondsOf = (column: string): SQL =>
  sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8 as ${column}_ms`);

const keyColumns = sql`
  id, key_id, hint, name, environment, to_jsonb(scopes) as scopes, defaults, max_tier, rotated_from,
  rate_per_second, quota_per_month, concurrency, to_jsonb(cidrs) as cidrs, ${millisecondsOf("created_at")},
  ${millisecondsOf("expires_at")}, ${millisecondsOf("revoked_at")}, ${millisecondsOf("last_used_at")}`;

export const selectKey = (id: string): SQL =>
  sql`select ${keyColumns} from ${apiKeys} where id = ${id}::uuid`;

/** Newest first. A UUIDv7 says both when and which, so pages neither skip nor repeat while keys are made. */
export const selectKeys = (after: string | null, limit: number): SQL => sql`
  select ${keyColumns} from ${apiKeys} where ${after}::uuid is null or id < ${after}::uuid
  order by id desc limit ${limit}`;

/** A row of `api_keys` without its digest; times in milliseconds since 1970. */
export const keyRowSchema = z.object({
  id: z.uuid(),
  key_id: z.string(),
  hint: z.string(),
  name: z.string(),
  environment: environmentSchema,
  scopes: z.array(z.string()),
  defaults: keyDefaultsSchema,
  max_tier: consentTierSchema.nullable(),
  rotated_from: z.uuid().nullable(),
  rate_per_second: z.number().nullable(),
  quota_per_month: z.coerce.number().nullable(),
  concurrency: z.number().nullable(),
  cidrs: z.array(z.string()),
  created_at_ms: z.number(),
  expires_at_ms: z.number().nullable(),
  revoked_at_ms: z.number().nullable(),
  last_used_at_ms: z.number().nullable(),
});
export type KeyRow = z.infer<typeof keyRowSchema>;

/** Whether a key opens at that time, and if not, why. */
export function keyState(
  { revoked_at_ms, expires_at_ms }: Pick<KeyRow, "revoked_at_ms" | "expires_at_ms">,
  nowMs: number,
): Key["state"] {
  if (revoked_at_ms !== null) return "revoked";
  return expires_at_ms !== null && expires_at_ms <= nowMs ? "expired" : "active";
}

const timeOf = (timeMs: number): string => new Date(timeMs).toISOString();
const timeOrNull = (timeMs: number | null): string | null => (timeMs === null ? null : timeOf(timeMs));

/** A row as the API shows it. */
export const keyOf = (row: KeyRow, nowMs: number): Key => ({
  id: toPublicId("key", row.id),
  hint: row.hint,
  name: row.name,
  environment: row.environment,
  state: keyState(row, nowMs),
  scopes: row.scopes,
  defaults: {
    robot_type: row.defaults.robotType ?? null,
    model: row.defaults.model ?? null,
    subject: row.defaults.subjectDigest !== undefined,
  },
  max_tier: row.max_tier,
  rate_per_second: row.rate_per_second,
  quota_per_month: row.quota_per_month,
  concurrency: row.concurrency,
  cidrs: row.cidrs,
  rotated_from: row.rotated_from === null ? null : toPublicId("key", row.rotated_from),
  created_at: timeOf(row.created_at_ms),
  expires_at: timeOrNull(row.expires_at_ms),
  revoked_at: timeOrNull(row.revoked_at_ms),
  last_used_at: timeOrNull(row.last_used_at_ms),
});
