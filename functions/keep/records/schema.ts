import { z } from "zod";
import {
  actionFrameSchema,
  actionSpaceSchema,
  actionUnitsSchema,
  gripperConventionSchema,
} from "../../contracts/actionSpaces.ts";
import { partStateSchema, safetyCheckSchema, servedStatusSchema } from "../../contracts/records.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";

const timeSchema = z.iso.datetime();

/** A kept exchange as lists show it: metadata, and the state of its parts. */
export const inferenceSchema = z
  .object({
    id: z.string(),
    created_at: timeSchema,
    stored_at: timeSchema,
    status: servedStatusSchema,
    source: z.string(),
    model: z.string(),
    model_version: z.string(),
    origin: z
      .string()
      .nullable()
      .meta({ description: "Who answered: `runner`, or the protocol and host of a policy server." }),
    robot_type: z.string(),
    action_space: actionSpaceSchema,
    frame: actionFrameSchema,
    units: actionUnitsSchema,
    gripper_convention: gripperConventionSchema,
    norm_key: z.string(),
    control_hz: z.number(),
    chunk_size: z.number().int(),
    episode_id: z.string().nullable(),
    step: z.number().int().nullable(),
    environment: z.string().nullable(),
    captured_at: timeSchema.nullable(),
    consent: z.object({ tier: consentTierSchema, event_id: z.string(), person_free: z.boolean() }),
    safety_score: z.number().nullable(),
    warnings: z.array(z.string()),
    latency_ms: z.object({
      admit: z.number(),
      runner_queue: z.number().nullable(),
      runner_compute: z.number().nullable(),
      infer: z.number(),
    }),
    text: partStateSchema,
    image: partStateSchema,
    duplicate_of: z.string().nullable(),
    trace_id: z.string(),
    configuration_hash: z.string(),
  })
  .meta({ id: "Inference" });
export type Inference = z.infer<typeof inferenceSchema>;

/** One exchange with everything that was kept of it. */
export const inferenceDetailSchema = inferenceSchema
  .extend({
    instruction: z.string().nullable(),
    actions: z.array(z.array(z.number())).nullable(),
    state: z.array(z.number()).nullable(),
    safety_checks: z.array(safetyCheckSchema).nullable(),
    near_duplicates: z
      .object({
        text: z.object({ of: z.string(), similarity: z.number() }).nullable(),
        image: z.object({ of: z.string(), distance: z.number().int() }).nullable(),
      })
      .meta({
        description:
          "Older records whose text or keyframe this one nearly repeats: the share of equal MinHash values, and the differing bits of 64.",
      }),
    cameras: z.array(z.string()).meta({
      description:
        "The cameras whose images are stored, the primary first; none where `image` is not `stored`.",
    }),
    image_data: z
      .string()
      .nullable()
      .meta({ description: "Data URL of the primary camera's stored image, with `?include=image`." }),
    images_data: z
      .record(z.string(), z.string())
      .nullable()
      .meta({ description: "Data URLs of all cameras' stored images by camera, with `?include=images`." }),
  })
  .meta({ id: "InferenceDetail" });
export type InferenceDetail = z.infer<typeof inferenceDetailSchema>;

export const inferenceListSchema = z
  .object({ data: z.array(inferenceSchema), next_cursor: z.string().nullable() })
  .meta({ id: "InferenceList" });

/** Query of `GET /v1/inferences`. */
export const inferenceQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  episode_id: z.string().max(128).optional(),
  robot_type: z.string().max(64).optional(),
  status: servedStatusSchema.optional(),
  duplicates: z.enum(["include", "exclude"]).default("include").meta({
    description: "`exclude` leaves out what repeats an older record: its content, or nearly its keyframe.",
  }),
});
export type InferenceQuery = z.infer<typeof inferenceQuerySchema>;

export const inferencePathSchema = z.object({ id: z.string() });
export const inferenceDetailQuerySchema = z.strictObject({ include: z.enum(["image", "images"]).optional() });
/** What of the pictures comes with a record: none, the primary camera's, or all. */
export type InferenceParts = z.infer<typeof inferenceDetailQuerySchema>["include"];
