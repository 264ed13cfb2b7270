import { z } from "zod";
import {
  feedbackBodySchema,
  feedbackRecordSchema,
  feedbackTypeSchema,
  severitySchema,
  triageSchema,
} from "../../contracts/feedback.ts";
import { partStateSchema } from "../../contracts/records.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";

const timeSchema = z.iso.datetime();
const momentSchema = z.iso.datetime({ offset: true });

/** Answer of `POST /v1/feedback`. Not recorded: consent keeps nothing of it, and it has no id. */
export const submittedFeedbackSchema = z
  .object({
    id: z.string().nullable(),
    type: feedbackTypeSchema,
    recorded: z.boolean(),
    reason: z.enum(["consent"]).optional(),
    consent_tier: consentTierSchema,
    text: partStateSchema.meta({ description: "Whether what somebody wrote is kept." }),
    triage: triageSchema.nullable(),
    warnings: z.array(z.object({ rule: z.string(), pointer: z.string(), detail: z.string() })),
  })
  .meta({ id: "SubmittedFeedback" });
export type SubmittedFeedback = z.infer<typeof submittedFeedbackSchema>;

/** Feedback as the tier that holds now lets it be seen. */
export const feedbackSchema = z
  .object({
    id: z.string(),
    type: feedbackTypeSchema,
    created_at: timeSchema,
    occurred_at: timeSchema,
    updated_at: timeSchema,
    version: z.number().int(),
    inference_id: z.string().nullable(),
    episode_id: z.string().nullable(),
    model: z.string(),
    model_version: z.string(),
    arm: z.string().nullable(),
    robot_type: z.string(),
    platform: z.string(),
    consent: z.object({ tier: consentTierSchema, event_id: z.string(), person_free: z.boolean() }),
    rating: z.number().int().nullable(),
    success: z.boolean().nullable().meta({ description: "Thumbs up, or an episode that reached its goal." }),
    severity: severitySchema.nullable(),
    triage: triageSchema.nullable(),
    text: partStateSchema,
    body: feedbackBodySchema.extend({
      actions: z
        .array(z.array(z.number()))
        .optional()
        .meta({ description: "The corrected chunk; of an intervention as served up to `served_steps`." }),
    }),
  })
  .meta({ id: "Feedback" });
export type Feedback = z.infer<typeof feedbackSchema>;

export const feedbackListSchema = z
  .object({ data: z.array(feedbackSchema), next_cursor: z.string().nullable() })
  .meta({ id: "FeedbackList" });

/** Query of `GET /v1/feedback`. */
export const feedbackQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  type: feedbackTypeSchema.optional(),
  inference_id: z.string().max(64).optional(),
  episode_id: z.string().max(128).optional(),
  model: z.string().max(128).optional(),
  robot_type: z.string().max(64).optional(),
  triage: triageSchema.optional(),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
});
export type FeedbackQuery = z.infer<typeof feedbackQuerySchema>;

export const feedbackPathSchema = z.object({ id: z.string().max(64) });

/** Body of `PATCH /v1/feedback/{id}`: a step of the triage of a safety report, or a rating that was meant otherwise. */
export const changeFeedbackSchema = z
  .strictObject({
    version: z.int().min(1).meta({ description: "The version that was read; another one answers 409." }),
    triage: triageSchema.optional(),
    note: z.string().optional().meta({ description: "Beside `triage`; free text." }),
    rating: z.int().min(1).max(5).optional(),
  })
  .refine(({ triage, rating }) => (triage === undefined) !== (rating === undefined), {
    path: ["triage"],
    message: "a change is either of `triage` or of `rating`",
  })
  .refine(({ triage, note }) => note === undefined || triage !== undefined, {
    path: ["note"],
    message: "a note goes with a step of the triage",
  })
  .meta({ id: "ChangeFeedback" });
export type ChangeFeedback = z.infer<typeof changeFeedbackSchema>;

/** Answer of `DELETE /v1/feedback/{id}`. */
export const deletedFeedbackSchema = z.object({ id: z.string(), deleted: z.literal(true) });
export type DeletedFeedback = z.infer<typeof deletedFeedbackSchema>;

export const statsGroupSchema = z.enum(["model", "arm", "robot", "platform", "type"]);
export type StatsGroup = z.infer<typeof statsGroupSchema>;

/** Query of `GET /v1/feedback/stats`; without a range the last 30 days. */
export const feedbackStatsQuerySchema = z.strictObject({
  group_by: statsGroupSchema.default("model"),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
});
export type FeedbackStatsQuery = z.infer<typeof feedbackStatsQuerySchema>;

const countSchema = z.number().int();
const shareSchema = z.number().nullable();

/** One group's figures. `count` holds all who are counted, `valued` those whose tier lets their values count. */
export const feedbackGroupSchema = z.object({
  group: z.string().nullable(),
  exchanges: countSchema,
  feedback: countSchema,
  ratings: z.object({ count: countSchema, valued: countSchema, mean: shareSchema }),
  thumbs: z.object({ count: countSchema, valued: countSchema, up_share: shareSchema }),
  episodes: z.object({
    count: countSchema,
    valued: countSchema,
    successes: countSchema,
    success_rate: shareSchema,
    success_interval: z
      .object({ low: z.number(), high: z.number() })
      .nullable()
      .meta({ description: "Wilson, 95 %." }),
  }),
  interventions: z.object({ count: countSchema, per_100_exchanges: shareSchema }),
  safety_reports: z.object({
    open: countSchema,
    acknowledged: countSchema,
    resolved: countSchema,
    dismissed: countSchema,
  }),
});
export type FeedbackGroup = z.infer<typeof feedbackGroupSchema>;

/** Answer of `GET /v1/feedback/stats`. */
export const feedbackStatsSchema = z
  .object({
    group_by: statsGroupSchema,
    from: timeSchema,
    to: timeSchema,
    groups: z.array(feedbackGroupSchema),
  })
  .meta({ id: "FeedbackStats" });
export type FeedbackStats = z.infer<typeof feedbackStatsSchema>;

/** A row of `feedback` as the store reads it. */
export const feedbackRowSchema = z.object({
  id: z.string(),
  created_at_ms: z.number(),
  type: feedbackTypeSchema,
  inference_id: z.string().nullable(),
  episode_id: z.string().nullable(),
  subject_ref: z.string().nullable(),
  tier: feedbackRecordSchema.shape.tier,
  consent_event_id: z.string(),
  model: z.string(),
  model_version: z.string(),
  arm: z.string().nullable(),
  robot_type: z.string(),
  platform: z.string(),
  rating: z.number().nullable(),
  success: z.boolean().nullable(),
  severity: severitySchema.nullable(),
  triage: triageSchema.nullable(),
  body: feedbackBodySchema,
  text_state: partStateSchema,
  occurred_at_ms: z.number(),
  updated_at_ms: z.number(),
  version: z.number(),
  tier_now: consentTierSchema,
});
export type FeedbackRow = z.infer<typeof feedbackRowSchema>;
