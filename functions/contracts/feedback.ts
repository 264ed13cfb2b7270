import { z } from "zod";
import { chunkSchema, partStateSchema } from "./records.ts";
import { PLATFORMS } from "./robots.ts";
import { consentTierSchema, type Keepable } from "./tiers.ts";

/** What people and robots may say about what was served. */
export const FEEDBACK_TYPES = [
  "rating",
  "correction",
  "thumbs",
  "edit",
  "failure",
  "safety_report",
  "episode_outcome",
  "intervention",
] as const;
export const feedbackTypeSchema = z.enum(FEEDBACK_TYPES);
export type FeedbackType = z.infer<typeof feedbackTypeSchema>;

// Categories are words of ours, never of a caller: tier `basic` keeps them, and it keeps no text.
export const failureCategorySchema = z.enum([
  "missed_grasp",
  "dropped_object",
  "wrong_object",
  "wrong_place",
  "collision",
  "stuck",
  "timeout",
  "misunderstood",
  "perception",
  "hardware",
  "communication",
  "other",
]);
export const safetyCategorySchema = z.enum([
  "collision",
  "near_miss",
  "unexpected_motion",
  "excessive_force",
  "contact_with_person",
  "property_damage",
  "emergency_stop",
  "harmful_text",
  "privacy",
  "other",
]);
export const severitySchema = z.enum(["low", "medium", "high", "critical"]);

export const triageSchema = z.enum(["open", "acknowledged", "resolved", "dismissed"]);
export type Triage = z.infer<typeof triageSchema>;

/** Where a safety report may go from where it stands. */
export const TRIAGE_TRANSITIONS: Readonly<Record<Triage, readonly Triage[]>> = {
  open: ["acknowledged"],
  acknowledged: ["resolved", "dismissed"],
  resolved: [],
  dismissed: [],
};

/** What is kept of feedback beside its columns; a member is there if its type has it and its tier keeps it. */
export const feedbackBodySchema = z.object({
  category: z.union([failureCategorySchema, safetyCategorySchema]).optional(),
  at_step: z.number().int().optional(),
  steps: z.number().int().optional(),
  duration_s: z.number().optional(),
  reward: z.number().optional(),
  actions: chunkSchema.optional(),
  /** How many leading steps of `actions` are as served; the rest is what the operator executed. */
  served_steps: z.number().int().optional(),
  state: z.array(z.number()).optional(),
  comment: z.string().optional(),
  text: z.string().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  diff: z.string().nullable().optional(),
  reason: z.string().optional(),
  note: z.string().optional(),
});
export type FeedbackBody = z.infer<typeof feedbackBodySchema>;

/** Which part of an exchange each member is like, as far as keeping it goes. */
export const FEEDBACK_PARTS: Readonly<Record<keyof FeedbackBody, Keepable>> = {
  category: "metadata",
  at_step: "action",
  steps: "action",
  duration_s: "action",
  reward: "action",
  actions: "action",
  served_steps: "action",
  state: "action",
  comment: "text",
  text: "text",
  before: "text",
  after: "text",
  diff: "text",
  reason: "text",
  note: "text",
};

/** Feedback as the store holds it: cut down to what the tier of its subject keeps. Times in milliseconds. */
export const feedbackRecordSchema = z.object({
  id: z.uuid(),
  createdAtMs: z.number(),
  type: feedbackTypeSchema,
  /** Null where it is about a whole episode. */
  inferenceId: z.uuid().nullable(),
  episodeId: z.string().nullable(),
  /** Null on the person-free stream. */
  subjectRef: z.string().nullable(),
  tier: consentTierSchema.exclude(["none"]),
  consentEventId: z.uuid(),
  keyId: z.string(),
  contentHash: z.string(),
  model: z.string(),
  modelVersion: z.string(),
  arm: z.string().nullable(),
  robotType: z.string(),
  platform: z.enum([...PLATFORMS, "unlisted"]),
  rating: z.number().int().min(1).max(5).nullable(),
  success: z.boolean().nullable(),
  severity: severitySchema.nullable(),
  triage: triageSchema.nullable(),
  body: feedbackBodySchema,
  textState: partStateSchema,
  occurredAtMs: z.number(),
});
export type FeedbackRecord = z.infer<typeof feedbackRecordSchema>;

/** A change of kept feedback: a step of its triage with a note, or a rating that was meant otherwise. */
export interface FeedbackChange {
  readonly triage: Triage | null;
  readonly rating: number | null;
  /** Null where there is none, or none may be kept. */
  readonly note: string | null;
  readonly noteState: FeedbackRecord["textState"];
}
