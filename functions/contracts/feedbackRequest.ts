import { z } from "zod";
import { failureCategorySchema, safetyCategorySchema, severitySchema } from "./feedback.ts";
import { isJson } from "./isJson.ts";
import { stableJson } from "./stableJson.ts";

const STEP_MAX = 2_147_483_647;
const STEPS_PER_CHUNK_MAX = 1024;
const NUMBERS_PER_STEP_MAX = 64;

const idSchema = z.string().min(1).max(64);
const episodeSchema = z.string().min(1).max(128);
const stepSchema = z.int().min(0).max(STEP_MAX);
const commentSchema = z.string().meta({ description: "Free text; kept on person-free streams alone." });

/** Infinity passes: whether the numbers of an action are sound is for its gate to say. */
const numberSchema = z
  .custom<number>((value) => typeof value === "number", "must be a number")
  .meta({ type: "number" });
const chunkSchema = z
  .array(z.array(numberSchema).max(NUMBERS_PER_STEP_MAX))
  .min(1)
  .max(STEPS_PER_CHUNK_MAX)
  .meta({ description: "Steps in the action space, units and gripper convention of the exchange." });
const stateSchema = z.array(numberSchema).max(256).meta({
  description: "Where the robot was before the first step; absolute actions cannot be checked without it.",
});
const jsonSchema = z
  .custom<unknown>(isJson, { error: "must be text or JSON, nested at most 32 levels", abort: true })
  .meta({
    type: ["string", "object", "array", "number", "boolean", "null"],
    description: "Text, or any JSON.",
  });

const common = {
  occurred_at: z
    .string()
    .max(64)
    .optional()
    .meta({ description: "When it happened, RFC 3339 UTC; now where it is absent." }),
};
const aboutExchange = { inference_id: idSchema, ...common };

const ratingSchema = z.strictObject({
  type: z.literal("rating"),
  ...aboutExchange,
  rating: z.int().min(1).max(5),
  comment: commentSchema.optional(),
});

const correctionSchema = z
  .strictObject({
    type: z.literal("correction"),
    ...aboutExchange,
    actions: chunkSchema.optional().meta({ description: "The chunk that should have been answered." }),
    state: stateSchema.optional(),
    text: commentSchema.optional().meta({ description: "The text that should have been answered." }),
  })
  .refine(({ actions, text }) => (actions === undefined) !== (text === undefined), {
    path: ["actions"],
    message: "a correction is either `actions` or `text`",
  });

const thumbsSchema = z.strictObject({
  type: z.literal("thumbs"),
  ...aboutExchange,
  thumbs: z.enum(["up", "down"]),
  comment: commentSchema.optional(),
});

const editSchema = z
  .strictObject({ type: z.literal("edit"), ...aboutExchange, before: jsonSchema, after: jsonSchema })
  .refine(({ before, after }) => stableJson(before) !== stableJson(after), {
    path: ["after"],
    message: "is the same as `before`",
  });

const failureSchema = z
  .strictObject({
    type: z.literal("failure"),
    inference_id: idSchema.optional(),
    episode_id: episodeSchema.optional(),
    ...common,
    category: failureCategorySchema,
    at_step: stepSchema.optional().meta({
      description: "Of the chunk where `inference_id` names an exchange, else of the episode; from 0.",
    }),
    comment: commentSchema.optional(),
  })
  .refine(({ inference_id, episode_id }) => inference_id !== undefined || episode_id !== undefined, {
    path: ["inference_id"],
    message: "a failure is of an exchange or of an episode",
  });

const safetyReportSchema = z.strictObject({
  type: z.literal("safety_report"),
  ...aboutExchange,
  severity: severitySchema,
  category: safetyCategorySchema,
  comment: commentSchema.optional(),
});

const episodeOutcomeSchema = z.strictObject({
  type: z.literal("episode_outcome"),
  episode_id: episodeSchema,
  inference_id: idSchema
    .optional()
    .meta({ description: "One of its exchanges, where subjects share the id." }),
  ...common,
  success: z.boolean(),
  steps: stepSchema.optional(),
  duration_s: z.number().min(0).optional(),
  reward: z.number().optional(),
});

const interventionSchema = z.strictObject({
  type: z.literal("intervention"),
  ...aboutExchange,
  at_step: stepSchema.meta({
    description: "The step of the chunk that the operator executed instead; from 0.",
  }),
  actions: chunkSchema.meta({ description: "What the operator executed." }),
  state: stateSchema.optional(),
  reason: commentSchema.optional(),
});

/** Body of `POST /v1/feedback`. Shape only: what the values mean is judged by the gates. */
export const feedbackRequestSchema = z
  .discriminatedUnion("type", [
    ratingSchema,
    correctionSchema,
    thumbsSchema,
    editSchema,
    failureSchema,
    safetyReportSchema,
    episodeOutcomeSchema,
    interventionSchema,
  ])
  .meta({ id: "FeedbackRequest" });
export type FeedbackRequest = z.infer<typeof feedbackRequestSchema>;
