import { z } from "zod";
import { actionSpaceSchema, gripperConventionSchema } from "../contracts/actionSpaces.ts";
import { POLICY_PROTOCOLS } from "../contracts/models.ts";
import { PRIMARY_CAMERA } from "../contracts/observations.ts";
import { safetyCheckSchema } from "../contracts/records.ts";
import { consentTierSchema } from "../contracts/tiers.ts";

const finiteRow = z.array(z.number()).max(64);

/** How a camera may be called. */
export const CAMERA_NAME = /^[A-Za-z0-9_./-]{1,64}$/;
/** With how many cameras a request may come. */
export const CAMERAS_MAX = 8;
const CHUNK_STEPS_MAX = 1000;

const actFieldsSchema = z.strictObject({
  robot_type: z
    .string()
    .max(64)
    .optional()
    .meta({ description: "Robot type of docs/robots.md; a key may have a default." }),
  instruction: z.string().max(8192).meta({ description: "What the robot should do, in plain words." }),
  image: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The observation: base64 or a data URL of a JPEG, PNG or WebP." }),
  images: z.record(z.string().regex(CAMERA_NAME), z.string().min(1)).optional().meta({
    description:
      "Several cameras' observations under their names; `primary`, or else the first, is what policies of a single view see.",
  }),
  state: finiteRow.optional().meta({
    description:
      "Proprioception: joint positions in radians, then the gripper, arm by arm; for absolute actions in the layout of an action.",
  }),
  action_space: actionSpaceSchema.optional(),
  subject: z
    .string()
    .regex(/^[A-Za-z0-9._:@-]{1,128}$/)
    .optional()
    .meta({
      description: "Your pseudonymous name for the person whose data this is; absent on person-free streams.",
    }),
  episode_id: z.string().max(128).optional(),
  step: z.number().int().optional(),
  captured_at: z.string().max(64).optional().meta({ description: "When the image was taken, RFC 3339 UTC." }),
  environment: z.string().max(64).optional(),
  inference_delay: z.number().int().min(0).max(CHUNK_STEPS_MAX).optional().meta({
    description: "Steps of the previous chunk that the robot will have done before the answer arrives.",
  }),
  prev_chunk_left_over: z
    .array(finiteRow)
    .max(CHUNK_STEPS_MAX)
    .optional()
    .meta({ description: "What is left of the previous chunk, from the step at hand on." }),
  deadline_ms: z.number().int().min(1).optional().meta({ description: "Time until the answer is useless." }),
  max_age_ms: z.number().int().min(1).optional().meta({
    description: "Age of the observation, by `captured_at`, from which on an answer is of no use.",
  }),
  dry_run: z.boolean().optional().meta({ description: "Everything but recording." }),
  record: z.enum(["best_effort", "required"]).optional(),
  model: z.string().max(128).optional(),
});

const camerasOf = ({ image, images = {} }: z.infer<typeof actFieldsSchema>): string[] => [
  ...(image === undefined ? [] : [PRIMARY_CAMERA]),
  ...Object.keys(images),
];

/** Body of `POST /v1/act`. Shape only: what the values mean is judged by the gates. */
export const actRequestSchema = actFieldsSchema
  .refine((request) => camerasOf(request).length <= CAMERAS_MAX, {
    path: ["images"],
    message: `at most ${CAMERAS_MAX} cameras`,
  })
  .refine((request) => new Set(camerasOf(request)).size === camerasOf(request).length, {
    path: ["images", PRIMARY_CAMERA],
    message: "This camera was sent twice: `image` is it.",
  })
  .meta({ id: "ActRequest" });
export type ActRequest = z.infer<typeof actRequestSchema>;

/** Part `request` of a multipart body: the same without images, which are parts of their own. */
export const actRequestPartSchema = actFieldsSchema
  .omit({ image: true, images: true })
  .meta({ id: "ActRequestPart" });

const filePartSchema = z.string().meta({ format: "binary" });

/** A multipart body as the OpenAPI document shows it; its parts are read by `readActParts`. */
export const actPartsSchema = z
  .object({ request: actRequestPartSchema, image: filePartSchema.optional() })
  .catchall(filePartSchema)
  .meta({
    id: "ActParts",
    description:
      "`request` is JSON; every other part is a file with a camera's JPEG, PNG or WebP, its name the camera's. `image` is the primary camera.",
  });

/** Why an exchange was served and not recorded. */
export const notRecordedReasonSchema = z.enum(["dry_run", "consent", "duplicate", "unavailable"]);
export type NotRecordedReason = z.infer<typeof notRecordedReasonSchema>;

/** Answer of `POST /v1/act`. */
export const actAnswerSchema = z
  .object({
    id: z.string(),
    model: z.string(),
    model_version: z.string(),
    action: z.array(z.number()).meta({ description: "The first step of `actions`." }),
    actions: z.array(z.array(z.number())),
    chunk_size: z.number().int(),
    dt_s: z.number().meta({ description: "Seconds between two steps of the chunk." }),
    delay_steps: z.number().int().optional().meta({
      description:
        "Steps of the chunk whose time had come when it was answered, by `captured_at`, else by `inference_delay`: a robot that goes on meanwhile begins with `actions[delay_steps]`.",
    }),
    action_space: actionSpaceSchema,
    gripper_convention: gripperConventionSchema,
    norm_key: z.string(),
    safety: z.object({ score: z.number(), checks: z.array(safetyCheckSchema) }),
    consent_tier: consentTierSchema,
    recorded: z.boolean(),
    reason: notRecordedReasonSchema.optional(),
    warnings: z.array(z.object({ rule: z.string(), pointer: z.string(), detail: z.string() })),
  })
  .meta({ id: "ActAnswer" });
export type ActAnswer = z.infer<typeof actAnswerSchema>;

/** Answer of `GET /v1/models`. */
export const modelListSchema = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        id: z.string(),
        object: z.literal("model"),
        kind: z.enum(["policy", "text_embedding", "image_embedding", "image_hash"]),
        version: z.string(),
        description: z.string(),
        served_by: z
          .enum(["runner", ...POLICY_PROTOCOLS])
          .optional()
          .meta({ description: "Who answers for a policy: the runner, or a server in that protocol." }),
        robot_types: z
          .array(z.string())
          .optional()
          .meta({ description: "Robots that a policy serves; absent: all that take its action." }),
        action_space: actionSpaceSchema.optional(),
        action_dimension: z.number().int().optional(),
        chunk_size: z.number().int().optional(),
        gripper_convention: gripperConventionSchema.optional(),
        norm_key: z.string().optional(),
        dimensions: z.number().int().optional(),
      }),
    ),
  })
  .meta({ id: "ModelList" });
export type ModelList = z.infer<typeof modelListSchema>;
