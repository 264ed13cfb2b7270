import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { consentCurrent } from "../../../drizzle/guard.ts";
import { inferences } from "../../../drizzle/keep.ts";
import { ledgerName } from "../../../drizzle/walls.ts";
import {
  actionFrameSchema,
  actionSpaceSchema,
  actionUnitsSchema,
  gripperConventionSchema,
} from "../../contracts/actionSpaces.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import { type PartState, partStateSchema, servedStatusSchema } from "../../contracts/records.ts";
import { type ConsentTier, consentTierSchema, mayKeep, weakerTier } from "../../contracts/tiers.ts";
import type { Inference } from "./schema.ts";

const millisecondsOf = (column: string): SQL => sql.raw(`(extract(epoch from i.${column}) * 1000)::float8`);

/** The tier that holds now for the subject of a row of `inferences i`; null where nobody ever consented. */
export const tierNow = sql`(select held.tier from ${consentCurrent} held
  where held.organization_id = i.organization_id and held.subject_ref = ${ledgerName(sql`i.subject_ref`)})`;

/** That anything of a row of `inferences i` may be shown: who withdrew is absent from every read at once. */
export const isStillKept = sql`${tierNow} <> 'none'`;

/** The columns of a row of `inferences i`, times as milliseconds since 1970 so that no driver rewrites them. */
export const inferenceColumns = sql`
  i.id, ${millisecondsOf("created_at")} as created_at_ms, ${millisecondsOf("stored_at")} as stored_at_ms,
  ${millisecondsOf("captured_at")} as captured_at_ms, i.status, i.source, i.model, i.model_version, i.origin, i.robot_type,
  i.action_space, i.frame, i.units, i.gripper_convention, i.norm_key, i.control_hz, i.chunk_size, i.episode_id, i.step,
  i.environment, i.tier, ${tierNow} as tier_now, i.consent_event_id, i.subject_ref is null as person_free, i.safety_score,
  to_jsonb(i.warnings) as warnings, i.admit_ms, i.runner_queue_ms, i.runner_compute_ms, i.infer_ms, i.text_state,
  i.image_state, i.duplicate_of, i.trace_id, i.configuration_hash`;

export const fromInferences = sql`from ${inferences} i`;

/** A row as the driver gives it. */
export const inferenceRowSchema = z.object({
  id: z.string(),
  created_at_ms: z.number(),
  stored_at_ms: z.number(),
  captured_at_ms: z.number().nullable(),
  status: servedStatusSchema,
  source: z.string(),
  model: z.string(),
  model_version: z.string(),
  origin: z.string().nullable(),
  robot_type: z.string(),
  action_space: actionSpaceSchema,
  frame: actionFrameSchema,
  units: actionUnitsSchema,
  gripper_convention: gripperConventionSchema,
  norm_key: z.string(),
  control_hz: z.number(),
  chunk_size: z.number(),
  episode_id: z.string().nullable(),
  step: z.number().nullable(),
  environment: z.string().nullable(),
  tier: consentTierSchema,
  tier_now: consentTierSchema.nullable(),
  consent_event_id: z.string(),
  person_free: z.boolean(),
  safety_score: z.number().nullable(),
  warnings: z.array(z.string()),
  admit_ms: z.number(),
  runner_queue_ms: z.number().nullable(),
  runner_compute_ms: z.number().nullable(),
  infer_ms: z.number(),
  text_state: partStateSchema,
  image_state: partStateSchema,
  duplicate_of: z.string().nullable(),
  trace_id: z.string(),
  configuration_hash: z.string(),
});
export type InferenceRow = z.infer<typeof inferenceRowSchema>;

const momentSchema = z.iso.datetime({ offset: true }).transform((moment) => Date.parse(moment));

/** The same as Postgres writes a whole row in JSON: where columns one by one would cost more than finding it. */
export const inferenceJsonSchema = inferenceRowSchema
  .omit({ created_at_ms: true, stored_at_ms: true, captured_at_ms: true, tier_now: true, person_free: true })
  .extend({
    created_at: momentSchema,
    stored_at: momentSchema,
    captured_at: momentSchema.nullable(),
    subject_ref: z.string().nullable(),
  })
  .transform(({ created_at, stored_at, captured_at, subject_ref, ...row }) => ({
    ...row,
    created_at_ms: created_at,
    stored_at_ms: stored_at,
    captured_at_ms: captured_at,
    person_free: subject_ref === null,
  }));

const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** The tier under which a row may be read: the weaker of the one it was kept under and the one that holds now. */
export const readTier = ({ tier, tier_now }: Pick<InferenceRow, "tier" | "tier_now">): ConsentTier =>
  weakerTier(tier, tier_now ?? "none");

const stateUnder = (tier: ConsentTier, part: "text" | "image", state: PartState): PartState =>
  mayKeep(tier, part) || state === "absent" ? state : "withheld";

/** A row as the API shows it: no more than the tier that holds now keeps. The subject's digest stays inside. */
export const inferenceOf = (row: InferenceRow): Inference => ({
  id: toPublicId("inference", row.id),
  created_at: isoTime(row.created_at_ms),
  stored_at: isoTime(row.stored_at_ms),
  status: row.status,
  source: row.source,
  model: row.model,
  model_version: row.model_version,
  origin: row.origin,
  robot_type: row.robot_type,
  action_space: row.action_space,
  frame: row.frame,
  units: row.units,
  gripper_convention: row.gripper_convention,
  norm_key: row.norm_key,
  control_hz: row.control_hz,
  chunk_size: row.chunk_size,
  episode_id: row.episode_id,
  step: row.step,
  environment: row.environment,
  captured_at: row.captured_at_ms === null ? null : isoTime(row.captured_at_ms),
  consent: {
    tier: readTier(row),
    event_id: toPublicId("consentEvent", row.consent_event_id),
    person_free: row.person_free,
  },
  safety_score: mayKeep(readTier(row), "action") ? row.safety_score : null,
  warnings: row.warnings,
  latency_ms: {
    admit: row.admit_ms,
    runner_queue: row.runner_queue_ms,
    runner_compute: row.runner_compute_ms,
    infer: row.infer_ms,
  },
  text: stateUnder(readTier(row), "text", row.text_state),
  image: stateUnder(readTier(row), "image", row.image_state),
  duplicate_of: row.duplicate_of === null ? null : toPublicId("inference", row.duplicate_of),
  trace_id: row.trace_id,
  configuration_hash: row.configuration_hash,
});
