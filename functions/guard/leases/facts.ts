import { z } from "zod";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { keyDefaultsSchema } from "../identity/schema.ts";

/** What Postgres says of a key and Redis repeats. Limits that are null are the configuration's. */
export const keyFactsSchema = z.object({
  organizationId: z.uuid(),
  keyUuid: z.uuid(),
  version: z.number(),
  revoked: z.boolean(),
  expiresAtMs: z.number().nullable(),
  scopes: z.array(z.string()),
  ratePerSecond: z.number().nullable(),
  quotaPerMonth: z.number().nullable(),
  concurrency: z.number().nullable(),
  cidrs: z.array(z.string()),
  defaults: keyDefaultsSchema,
});
export type KeyFacts = z.infer<typeof keyFactsSchema>;

/** What the ledger says of a subject; version 0: nothing. */
export const tierFactsSchema = z.object({
  tier: consentTierSchema,
  version: z.number(),
  eventId: z.uuid().nullable(),
  keySeed: z.string().nullable(),
});
export type TierFacts = z.infer<typeof tierFactsSchema>;

/** Everything that one read of Postgres brings for a key and a subject. */
export interface AdmissionFacts {
  readonly key: KeyFacts;
  readonly stored: { readonly pepperVersion: number; readonly digest: string };
  readonly subjectDigest: string;
  readonly tier: TierFacts;
  readonly usedThisMonth: number;
}
