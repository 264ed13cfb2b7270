import { z } from "zod";
import { printableSchema } from "../../contracts/printable.ts";

const timeSchema = z.iso.datetime();
const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** One act of administration. Its members stand in the order in which the hashed text names them. */
export const auditEntrySchema = z
  .object({
    seq: z.number().int(),
    at: timeSchema.meta({ description: "To the microsecond." }),
    actor: z.string().meta({ description: "The key that did it, or `platform`." }),
    action: z.string(),
    target: z.string(),
    detail: z.unknown(),
    prev_hash: z.string().meta({ description: "Hash of the entry before; empty for the first." }),
    hash: z.string().meta({ description: "SHA-256 of `prev_hash` as bytes, followed by `link` as UTF-8." }),
    link: z.string().meta({
      description: "JSON text: organization, seq, actor, action, target, detail, microseconds since 1970.",
    }),
  })
  .meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditListSchema = z
  .object({ data: z.array(auditEntrySchema), next_cursor: z.string().nullable() })
  .meta({ id: "AuditList" });
export type AuditList = z.infer<typeof auditListSchema>;

const FIRST_YEAR = "0001";
const storableTimeSchema = timeSchema.refine(
  (text) => text >= FIRST_YEAR,
  "must be a time that can be stored",
);

/** Query of `GET /v1/audit`. */
export const auditQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z
    .string()
    .regex(/^[0-9]{1,15}$/, "not a cursor of this list")
    .optional(),
  order: z.enum(["desc", "asc"]).default("desc"),
  actor: printableSchema(128).optional(),
  action: printableSchema(64).optional(),
  from: storableTimeSchema.optional(),
  to: storableTimeSchema.optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/**
 * How a chain is broken. `altered`: an entry says something else than when it was written. `missing`: an entry
 * is gone from the middle, or from the start. `inserted`: an entry was put in. `cut`: the end is gone.
 * `rewritten`: the chain fits in itself, but not what was signed when it was anchored. `head`, `anchor`: the note
 * of the newest entry is gone; the signed anchor is gone or forged.
 */
const breakKindSchema = z.enum(["altered", "missing", "inserted", "cut", "rewritten", "head", "anchor"]);

export const auditBreakSchema = z.object({
  seq: z.number().int().meta({ description: "The first entry that is broken." }),
  kind: breakKindSchema,
  vouched_seq: z
    .number()
    .int()
    .optional()
    .meta({ description: "With `rewritten`: the last entry for which a signed anchor still vouches." }),
});
export type AuditBreak = z.infer<typeof auditBreakSchema>;

/** An entry of a chain, as something outside of the log names it. */
export const auditHeadSchema = z.object({ seq: z.number().int(), hash: hashSchema });
export type AuditHead = z.infer<typeof auditHeadSchema>;

/** What a signed anchor says. */
export const auditAnchorSchema = z.object({
  organization: z.string(),
  seq: z.number().int(),
  hash: hashSchema,
  at: timeSchema,
});
export type AuditAnchor = z.infer<typeof auditAnchorSchema>;

/** Answer of `GET /v1/audit/verification`. */
export const auditVerificationSchema = z
  .object({
    intact: z.boolean(),
    entries: z.number().int().meta({ description: "Entries judged, up to the first page with a break." }),
    head: auditHeadSchema.nullable(),
    anchored: auditHeadSchema
      .extend({ at: timeSchema, jws: z.string().meta({ description: "The signed anchor." }) })
      .nullable(),
    broken: auditBreakSchema.nullable(),
  })
  .meta({ id: "AuditVerification" });
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
