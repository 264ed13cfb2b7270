import { z } from "zod";
import { consentTierSchema, legalBasisSchema } from "../../../contracts/tiers.ts";

const purposeSchema = z.object({
  purpose: z.string(),
  pii_information: z.string().meta({ description: "What is kept, in words." }),
});

/** What a receipt says. Names after ISO/IEC TS 27560 where it has one for the same thing. */
export const receiptContentSchema = z.object({
  schema_version: z.literal("headgate-1"),
  receipt_id: z.string(),
  pii_principal_id: z.string().nullable().meta({
    description: "The digest by which this organization's tables know the person; null: nobody is shown.",
  }),
  pii_controller: z.object({ party_id: z.string(), party_type: z.literal("organization") }),
  privacy_notice: z.object({ version: z.string().nullable(), hash: z.string().nullable() }).nullable(),
  lawful_basis: legalBasisSchema,
  tier: consentTierSchema,
  purposes: z.array(purposeSchema),
  withdrawal_method: z.string(),
  event: z.object({
    event_type: z.enum(["given", "withdrawn"]),
    event_time: z.iso.datetime(),
    event_version: z.number().int(),
    entity_id: z.string().meta({ description: "The key with which it was written down." }),
  }),
});
export type ReceiptContent = z.infer<typeof receiptContentSchema>;

/** Answer of `GET /v1/consent/{subject}/receipt`. */
export const receiptSchema = z
  .object({
    receipt: z.string().meta({ description: "Compact JWS (EdDSA) of `content`." }),
    content: receiptContentSchema,
  })
  .meta({ id: "ConsentReceipt" });
export type Receipt = z.infer<typeof receiptSchema>;
