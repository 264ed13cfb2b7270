import { z } from "zod";
import { printableSchema } from "../../contracts/printable.ts";
import { findRobot } from "../../contracts/robots.ts";
import { roleSchema, scopeSchema } from "../../contracts/scopes.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { parseCidr } from "../leases/addressRules.ts";

/** What a key fills in for clients that cannot send it. */
export const keyDefaultsSchema = z.object({
  robotType: z.string().optional(),
  model: z.string().optional(),
  /** Digest of the subject; the caller's name for the person is stored nowhere. */
  subjectDigest: z.string().optional(),
});
export type KeyDefaults = z.infer<typeof keyDefaultsSchema>;

/** What people call a key or an organization. */
export const nameSchema = printableSchema(100);

export const environmentSchema = z.enum(["live", "test"]);
export type KeyEnvironment = z.infer<typeof environmentSchema>;

/** Limits of a key or an organization; what is not given is the organization's, else the configuration's. */
export const limitFields = {
  rate_per_second: z.int().min(1).max(1_000_000).optional(),
  quota_per_month: z.int().min(0).max(1_000_000_000_000).optional(),
  concurrency: z.int().min(1).max(100_000).optional(),
};

const robotTypeSchema = z
  .string()
  .max(64)
  .refine(
    (name) => findRobot(name)?.mobile === false,
    "must be a robot that docs/robots.md lists, with an arm",
  );

const cidrSchema = z
  .string()
  .max(64)
  .refine((text) => parseCidr(text) !== null, "must be an address or a CIDR range");

/** Body of `POST /v1/keys`. */
export const createKeyRequestSchema = z
  .strictObject({
    name: nameSchema,
    environment: environmentSchema.default("live"),
    roles: z.array(roleSchema).max(5).default([]),
    scopes: z.array(scopeSchema).max(64).default([]),
    expires_at: z.iso.datetime().optional(),
    cidrs: z.array(cidrSchema).max(64).default([]),
    defaults: z
      .strictObject({
        robot_type: robotTypeSchema.optional(),
        subject: z.string().min(1).max(256).optional(),
        model: printableSchema(128).optional(),
      })
      .default({}),
    max_tier: consentTierSchema
      .nullable()
      .default(null)
      .describe(
        "The strongest tier under which anything sent with this key is kept; null: the ledger alone.",
      ),
    ...limitFields,
  })
  .refine(({ roles, scopes }) => roles.length + scopes.length > 0, {
    path: ["roles"],
    message: "a key needs a role or a scope",
  });
export type CreateKeyRequest = z.infer<typeof createKeyRequestSchema>;

/** A key as lists show it: everything but the secret. */
export const keySchema = z
  .object({
    id: z.string(),
    hint: z.string(),
    name: z.string(),
    environment: environmentSchema,
    state: z.enum(["active", "expired", "revoked"]),
    scopes: z.array(z.string()),
    defaults: z.object({
      robot_type: z.string().nullable(),
      model: z.string().nullable(),
      subject: z
        .boolean()
        .describe("Whether the key has a subject of its own; who that is, nobody can read."),
    }),
    max_tier: consentTierSchema.nullable(),
    rate_per_second: z.int().nullable(),
    quota_per_month: z.int().nullable(),
    concurrency: z.int().nullable(),
    cidrs: z.array(z.string()),
    rotated_from: z.string().nullable(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Key" });
export type Key = z.infer<typeof keySchema>;

/** Answer of `POST /v1/keys`; `key` is shown this once. */
export const createdKeySchema = keySchema
  .extend({ key: z.string().describe("The secret, shown this once and stored nowhere.") })
  .meta({ id: "CreatedKey" });
export type CreatedKey = z.infer<typeof createdKeySchema>;

/** Query of `GET /v1/keys`. */
export const keyQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export type KeyQuery = z.infer<typeof keyQuerySchema>;

/** Answer of `GET /v1/keys`, newest first. */
export const keyListSchema = z
  .object({ data: z.array(keySchema), next_cursor: z.string().nullable() })
  .meta({ id: "KeyList" });
export type KeyList = z.infer<typeof keyListSchema>;

const OVERLAP_MAX_SECONDS = 30 * 86_400;
const OVERLAP_SECONDS = 86_400;

/** Body of `POST /v1/keys/{id}/rotate`. */
export const rotateKeyRequestSchema = z.strictObject({
  overlap_seconds: z
    .int()
    .min(0)
    .max(OVERLAP_MAX_SECONDS)
    .default(OVERLAP_SECONDS)
    .describe("How long the old key still opens; 0 closes it at once."),
  expires_at: z.iso.datetime().optional().describe("When the new key expires; absent: never."),
});
export type RotateKeyRequest = z.infer<typeof rotateKeyRequestSchema>;

/** Answer of `POST /v1/keys/{id}/rotate`: the new key, shown this once, and until when the old one opens. */
export const rotatedKeySchema = createdKeySchema
  .extend({ previous: z.object({ id: z.string(), expires_at: z.iso.datetime() }) })
  .meta({ id: "RotatedKey" });
export type RotatedKey = z.infer<typeof rotatedKeySchema>;

/** Path of `/v1/keys/{id}`. */
export const keyPathSchema = z.object({ id: z.string().max(64) });

/** Query of `DELETE /v1/keys/{id}`. */
export const revokeKeyQuerySchema = z.strictObject({
  force: z
    .enum(["true", "false"])
    .default("false")
    .describe("Whether to revoke even the organization's last active key that may make keys."),
});

/** Answer of `DELETE /v1/keys/{id}`. */
export const revokedKeySchema = z.object({ id: z.string(), revoked: z.literal(true) });
export type RevokedKey = z.infer<typeof revokedKeySchema>;
