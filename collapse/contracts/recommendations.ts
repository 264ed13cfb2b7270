import { z } from "zod";
import { PURPOSES } from "./harm.ts";

/** What may be done about a set, the least invasive first. */
export const ACTIONS = [
  "drop_flagged",
  "deduplicate",
  "reweight",
  "oversample_tails",
  "mix_real",
  "regenerate",
  "stop",
] as const;
export type Action = (typeof ACTIONS)[number];

/** Harm over its margin, of the worst channel that counts: 1 is at the margin. With the middle 90 % of the pairs. */
const harmSchema = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** What the user pays, as told in a file of prices; whatever is not told is not in a cost. */
export const pricesSchema = z.strictObject({
  currency: z.string().min(1).max(8),
  /** One more real row, and one more generated row. */
  real_row: z.number().min(0).optional(),
  synthetic_row: z.number().min(0).optional(),
  /** One run of training: what is lost when its data harmed it. */
  training_run: z.number().min(0).optional(),
});
export type Prices = z.infer<typeof pricesSchema>;

export const recommendationSchema = z.strictObject({
  /** What `headgate fix --apply` names; 1 is the best. */
  id: z.number().int().positive(),
  action: z.enum(ACTIONS),
  /** What to do, in one sentence with its numbers. */
  says: z.string(),
  /** Numbers that the action needs to be repeated: `real_share`, `rows`. */
  parameters: z.record(z.string(), z.number()),
  purpose: z.enum(PURPOSES),
  /** On rows that had no part in choosing it; `after` is null where it cannot be tried on what is at hand. */
  before: harmSchema,
  after: harmSchema.nullable(),
  /** Harm after less harm before: below 0 it helps. */
  effect: harmSchema.nullable(),
  /** Whether the whole interval of the effect lies below 0. */
  helps: z.boolean(),
  rows: z.strictObject({ kept: z.number(), added: z.number() }),
  /** Null where no price was told that it depends on. */
  cost: z.strictObject({ amount: z.number(), currency: z.string() }).nullable(),
});
export type Recommendation = z.infer<typeof recommendationSchema>;
