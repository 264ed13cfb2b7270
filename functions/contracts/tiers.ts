import { z } from "zod";

/** Consent tiers, weakest first: each keeps what the one before keeps, and more. */
export const CONSENT_TIERS = ["none", "basic", "analytics", "research"] as const;

export const consentTierSchema = z.enum(CONSENT_TIERS);
export type ConsentTier = z.infer<typeof consentTierSchema>;

/** What a served exchange is made of, as far as keeping it goes. */
export type Keepable =
  | "metadata"
  | "action"
  | "text"
  | "image"
  | "aggregates"
  | "aggregate_values"
  | "training_export";

/** The table of the design, section 4: the tier from which on each part may be kept. */
export const KEPT_FROM: Readonly<Record<Keepable, ConsentTier>> = {
  metadata: "basic",
  aggregates: "basic",
  action: "analytics",
  text: "analytics",
  aggregate_values: "analytics",
  image: "research",
  training_export: "research",
};

/** Whether a tier is at least as strong as another. */
export const tierAllows = (tier: ConsentTier, needed: ConsentTier): boolean =>
  CONSENT_TIERS.indexOf(tier) >= CONSENT_TIERS.indexOf(needed);

/** Whether a tier lets this part be kept. */
export const mayKeep = (tier: ConsentTier, part: Keepable): boolean => tierAllows(tier, KEPT_FROM[part]);

/** The weaker of two tiers. */
export const weakerTier = (left: ConsentTier, right: ConsentTier): ConsentTier =>
  tierAllows(left, right) ? right : left;

/** Grounds of Art. 6 GDPR on which an administrator may declare a stream; kept with the consent event. */
export const legalBasisSchema = z.enum([
  "consent",
  "contract",
  "legal_obligation",
  "vital_interests",
  "public_task",
  "legitimate_interests",
  "no_personal_data",
]);
export type LegalBasis = z.infer<typeof legalBasisSchema>;
