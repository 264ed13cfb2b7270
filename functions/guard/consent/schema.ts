import { z } from "zod";
import { printableSchema } from "../../contracts/printable.ts";
import { consentTierSchema, legalBasisSchema } from "../../contracts/tiers.ts";

/** The team's own name for what people were shown, such as `2026-11` or `kiosk/de/3`. */
export const noticeVersionSchema = printableSchema(64);

/** Path of `/v1/consent/{subject}`: the caller's name for the person; it is digested and not kept. */
export const consentPathSchema = z.object({ subject: z.string().min(1).max(256) });

/** Body of `PUT /v1/consent/{subject}`. */
export const setConsentRequestSchema = z.strictObject({
  tier: consentTierSchema,
  legal_basis: legalBasisSchema.exclude(["no_personal_data"]).default("consent"),
  notice_version: noticeVersionSchema.optional(),
  notice_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal")
    .optional(),
  expected_version: z
    .int()
    .min(0)
    .optional()
    .meta({ description: "The version that this change is made upon; another one now is a conflict." }),
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

/** Answer of `PUT /v1/consent/{subject}`. */
export const setConsentAnswerSchema = consentSchema.extend({
  receipt: z.string().meta({ description: "Signed receipt, as compact JWS." }),
});
export type SetConsentAnswer = z.infer<typeof setConsentAnswerSchema>;

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
