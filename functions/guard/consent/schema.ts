import { z } from "zod";
import { consentTierSchema, legalBasisSchema } from "../../contracts/tiers.ts";

/** Path of `/v1/consent/{subject}`: the caller's name for the person; it is digested and not kept. */
export const consentPathSchema = z.object({ subject: z.string().min(1).max(256) });

/** Body of `PUT /v1/consent/{subject}`. */
export const setConsentRequestSchema = z.strictObject({
  tier: consentTierSchema,
  legal_basis: legalBasisSchema.exclude(["no_personal_data"]).default("consent"),
  notice_version: z.string().min(1).max(64).optional(),
  notice_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal")
    .optional(),
});
export type SetConsentRequest = z.infer<typeof setConsentRequestSchema>;

/** What an administrator declares for the organization's streams that show nobody. */
export const setPersonFreeTierRequestSchema = z.strictObject({
  tier: consentTierSchema,
  legal_basis: legalBasisSchema,
});
export type SetPersonFreeTierRequest = z.infer<typeof setPersonFreeTierRequestSchema>;

/** The consent that holds. Version 0, tier `none`: the ledger does not know the subject. */
export const consentSchema = z.object({
  tier: consentTierSchema,
  version: z.number().int(),
  consent_event_id: z.string().nullable(),
  legal_basis: legalBasisSchema.nullable(),
  updated_at: z.iso.datetime().nullable(),
});
export type Consent = z.infer<typeof consentSchema>;

/** Answer of `GET /v1/consent/{subject}/history`, newest first. */
export const consentHistorySchema = z.object({
  events: z.array(
    consentSchema.extend({
      notice_version: z.string().nullable(),
      notice_hash: z.string().nullable(),
      actor: z.string(),
    }),
  ),
});
export type ConsentHistory = z.infer<typeof consentHistorySchema>;
