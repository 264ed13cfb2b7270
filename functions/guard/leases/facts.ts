import { z } from "zod";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { keyDefaultsSchema } from "../identity/schema.ts";

/** What Postgres says of a key and Redis repeats. Limits that are null are the organization's. */
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
  /** The strongest tier that this key may bring; null: the ledger alone decides. */
  maxTier: consentTierSchema.nullable().default(null),
  defaults: keyDefaultsSchema,
});
export type KeyFacts = z.infer<typeof keyFactsSchema>;

/** An organization's own limits; those that are null are the configuration's. */
export interface OrganizationLimits {
  readonly version: number;
  readonly ratePerSecond: number | null;
  readonly quotaPerMonth: number | null;
  readonly concurrency: number | null;
}

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
  readonly organization: OrganizationLimits;
  readonly subjectDigest: string;
  readonly subjectRef: string;
  readonly tier: TierFacts;
  /** Units used this month. */
  readonly used: { readonly organization: number; readonly key: number };
}
