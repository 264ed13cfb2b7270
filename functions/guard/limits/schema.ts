import { z } from "zod";

const rateSchema = z.int().min(1).max(1_000_000);
const quotaSchema = z.int().min(0).max(1_000_000_000_000);
const concurrencySchema = z.int().min(1).max(100_000);

/** Body of `PUT /v1/limits`; null: as the configuration says. All three, for they are replaced as a whole. */
export const setLimitsRequestSchema = z.strictObject({
  rate_per_second: rateSchema.nullable(),
  quota_per_month: quotaSchema.nullable(),
  concurrency: concurrencySchema.nullable(),
});
export type SetLimitsRequest = z.infer<typeof setLimitsRequestSchema>;

/** Query of `GET /v1/limits`; without a key, the organization is meant. */
export const limitsQuerySchema = z.strictObject({ key_id: z.string().max(64).optional() });
export type LimitsQuery = z.infer<typeof limitsQuerySchema>;

/** Answer of `GET` and `PUT /v1/limits`. */
export const limitsSchema = z
  .object({
    key_id: z.string().nullable(),
    rate_per_second: z.int().nullable(),
    quota_per_month: z.int().nullable(),
    concurrency: z.int().nullable(),
    /** What holds where a limit is null: the organization's, else the configuration's. */
    effective: z.object({
      rate_per_second: z.int(),
      quota_per_month: z.int(),
      concurrency: z.int(),
    }),
    /** Null for a key without a quota of its own: it is not counted by itself. */
    used_this_month: z.int().nullable(),
    resets_at: z.iso.datetime(),
  })
  .meta({ id: "Limits" });
export type LimitsAnswer = z.infer<typeof limitsSchema>;
