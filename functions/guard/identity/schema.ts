import { z } from "zod";
import { roleSchema, scopeSchema } from "../../contracts/scopes.ts";
import { parseCidr } from "../leases/addressRules.ts";

/** What a key fills in for clients that cannot send it. */
export const keyDefaultsSchema = z.object({
  robotType: z.string().optional(),
  model: z.string().optional(),
  /** Digest of the subject; the caller's name for the person is stored nowhere. */
  subjectDigest: z.string().optional(),
});
export type KeyDefaults = z.infer<typeof keyDefaultsSchema>;

const cidrSchema = z
  .string()
  .max(64)
  .refine((text) => parseCidr(text) !== null, "must be an address or a CIDR range");

/** Body of `POST /v1/keys`. */
export const createKeyRequestSchema = z
  .strictObject({
    name: z.string().min(1).max(100),
    environment: z.enum(["live", "test"]).default("live"),
    roles: z.array(roleSchema).max(5).default([]),
    scopes: z.array(scopeSchema).max(64).default([]),
    expires_at: z.iso.datetime().optional(),
    cidrs: z.array(cidrSchema).max(64).default([]),
    defaults: z
      .strictObject({
        robot_type: z.string().min(1).max(64).optional(),
        subject: z.string().min(1).max(256).optional(),
        model: z.string().min(1).max(128).optional(),
      })
      .default({}),
    rate_per_second: z.int().min(1).max(1_000_000).optional(),
    quota_per_month: z.int().min(0).max(1_000_000_000_000).optional(),
    concurrency: z.int().min(1).max(100_000).optional(),
  })
  .refine(({ roles, scopes }) => roles.length + scopes.length > 0, {
    path: ["roles"],
    message: "a key needs a role or a scope",
  });
export type CreateKeyRequest = z.infer<typeof createKeyRequestSchema>;

/** Answer of `POST /v1/keys`; `key` is shown this once. */
export const createdKeySchema = z.object({
  id: z.string(),
  key: z.string(),
  hint: z.string(),
  name: z.string(),
  environment: z.enum(["live", "test"]),
  scopes: z.array(scopeSchema),
  expires_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
});
export type CreatedKey = z.infer<typeof createdKeySchema>;

/** Path of `DELETE /v1/keys/{id}`. */
export const keyPathSchema = z.object({ id: z.string().max(64) });

/** Answer of `DELETE /v1/keys/{id}`. */
export const revokedKeySchema = z.object({ id: z.string(), revoked: z.literal(true) });
export type RevokedKey = z.infer<typeof revokedKeySchema>;
