import { sql } from "drizzle-orm";
import {
  bit,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { embeddingsImage, embeddingsText } from "./embed.ts";
import { bytea, organizationWall } from "./walls.ts";

const PART_STATES = ["absent", "withheld", "pending", "stored"] as const;
const partStateCheck = (column: string) =>
  sql.raw(`${column} in (${PART_STATES.map((state) => `'${state}'`).join(", ")})`);

/**
 * Metadata of every kept exchange; partitioned by month of `created_at`, which is the time inside the id.
 * The members are those of `storableRecordSchema` in functions/contracts/records.ts; times are milliseconds.
 */
export const inferences = pgTable(
  "inferences",
  {
    id: uuid().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    organizationId: uuid("organization_id").notNull(),
    /** Null on the person-free stream. */
    subjectRef: text("subject_ref"),
    tier: text({ enum: ["basic", "analytics", "research"] }).notNull(),
    consentEventId: uuid("consent_event_id").notNull(),
    contentHash: text("content_hash").notNull(),
    keyId: text("key_id").notNull(),
    source: text().notNull(),
    status: text().notNull(),
    model: text().notNull(),
    modelVersion: text("model_version").notNull(),
    /** Who answered: `runner`, or the protocol and host of a policy server; null in older records. */
    origin: text(),
    /** Arm of the experiment that chose the model; null where none ran. */
    arm: text(),
    robotType: text("robot_type").notNull(),
    actionSpace: text("action_space").notNull(),
    frame: text().notNull(),
    units: text().notNull(),
    gripperConvention: text("gripper_convention").notNull(),
    normKey: text("norm_key").notNull(),
    controlHz: doublePrecision("control_hz").notNull(),
    chunkSize: integer("chunk_size").notNull(),
    episodeId: text("episode_id"),
    step: integer(),
    environment: text(),
    capturedAt: timestamp("captured_at", { withTimezone: true }),
    /** Rules of the quality gates that warned. */
    warnings: text().array().notNull().default([]),
    admitMs: real("admit_ms").notNull(),
    runnerQueueMs: real("runner_queue_ms"),
    runnerComputeMs: real("runner_compute_ms"),
    inferMs: real("infer_ms").notNull(),
    traceId: text("trace_id").notNull(),
    configurationHash: text("configuration_hash").notNull(),
    /** Null below tier `analytics`, like everything else that says what was done. */
    safetyScore: real("safety_score"),
    textState: text("text_state", { enum: PART_STATES }).notNull(),
    imageState: text("image_state", { enum: PART_STATES }).notNull(),
    /** The record that already held this content, when this one came later. */
    duplicateOf: uuid("duplicate_of"),
    imageKey: text("image_key"),
    imageOffsetBytes: integer("image_offset_bytes"),
    imageLengthBytes: integer("image_length_bytes"),
    imageContentType: text("image_content_type"),
    /** Where the pictures of all cameras lie in the object of `image_key`; null where it is the primary one alone. */
    imageCameras: jsonb("image_cameras"),
    storedAt: timestamp("stored_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.createdAt] }),
    check("inferences_tier", sql`${table.tier} in ('basic', 'analytics', 'research')`),
    check("inferences_text_state", partStateCheck("text_state")),
    check("inferences_image_state", partStateCheck("image_state")),
    check("inferences_score_tier", sql`${table.safetyScore} is null or ${table.tier} <> 'basic'`),
    check("inferences_image_tier", sql`${table.imageKey} is null or ${table.tier} = 'research'`),
    index("inferences_newest").on(table.organizationId, table.createdAt, table.id),
    index("inferences_subject")
      .on(table.organizationId, table.subjectRef, table.createdAt)
      .where(sql`${table.subjectRef} is not null`),
    index("inferences_episode")
      .on(table.organizationId, table.episodeId, table.step)
      .where(sql`${table.episodeId} is not null`),
    ...organizationWall(table.organizationId),
  ],
);

/** Payloads (action, state, checks, redacted text), plain or gzip; partitioned by day, kept shorter. */
export const inferenceBodies = pgTable(
  "inference_bodies",
  {
    id: uuid().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    organizationId: uuid("organization_id").notNull(),
    subjectRef: text("subject_ref"),
    payload: jsonb(),
    payloadGzip: bytea("payload_gzip"),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.createdAt] }),
    check("inference_bodies_one_payload", sql`num_nonnulls(${table.payload}, ${table.payloadGzip}) = 1`),
    index("inference_bodies_subject")
      .on(table.organizationId, table.subjectRef)
      .where(sql`${table.subjectRef} is not null`),
    ...organizationWall(table.organizationId),
  ],
);

/** Which record first held a content: the uniqueness that a partitioned table cannot promise. */
export const contentHashes = pgTable(
  "content_hashes",
  {
    organizationId: uuid("organization_id").notNull(),
    contentHash: text("content_hash").notNull(),
    inferenceId: uuid("inference_id").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.contentHash] }),
    index("content_hashes_created").on(table.createdAt),
    ...organizationWall(table.organizationId),
  ],
);

/**
 * What people and robots said afterwards about what was served; `body` holds what its type has and its tier
 * keeps. What it is about is copied from the record, so that statistics outlive the record's retention.
 */
export const feedback = pgTable(
  "feedback",
  {
    id: uuid().primaryKey(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    organizationId: uuid("organization_id").notNull(),
    type: text().notNull(),
    /** Null where it is about a whole episode. */
    inferenceId: uuid("inference_id"),
    episodeId: text("episode_id"),
    /** Null on the person-free stream. */
    subjectRef: text("subject_ref"),
    tier: text({ enum: ["basic", "analytics", "research"] }).notNull(),
    consentEventId: uuid("consent_event_id").notNull(),
    keyId: text("key_id").notNull(),
    contentHash: text("content_hash").notNull(),
    model: text().notNull(),
    modelVersion: text("model_version").notNull(),
    arm: text(),
    robotType: text("robot_type").notNull(),
    platform: text().notNull(),
    rating: smallint(),
    /** Thumbs up, or an episode that reached its goal. */
    success: boolean(),
    severity: text(),
    /** Where the triage of a safety report stands. */
    triage: text(),
    body: jsonb().notNull(),
    textState: text("text_state", { enum: PART_STATES }).notNull(),
    occurredAt: timestamp("occurred_at", { withTimezone: true }).notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
    version: integer().notNull().default(1),
  },
  (table) => [
    unique("feedback_content").on(table.organizationId, table.contentHash),
    check("feedback_tier", sql`${table.tier} in ('basic', 'analytics', 'research')`),
    check("feedback_text_state", partStateCheck("text_state")),
    check("feedback_rating", sql`${table.rating} between 1 and 5`),
    check("feedback_about", sql`num_nonnulls(${table.inferenceId}, ${table.episodeId}) > 0`),
    index("feedback_newest").on(table.organizationId, table.createdAt, table.id),
    index("feedback_inference")
      .on(table.organizationId, table.inferenceId)
      .where(sql`${table.inferenceId} is not null`),
    index("feedback_episode")
      .on(table.organizationId, table.episodeId)
      .where(sql`${table.episodeId} is not null`),
    index("feedback_subject")
      .on(table.organizationId, table.subjectRef)
      .where(sql`${table.subjectRef} is not null`),
    index("feedback_triage")
      .on(table.organizationId, table.triage, table.createdAt)
      .where(sql`${table.triage} is not null`),
    ...organizationWall(table.organizationId),
  ],
);

/**
 * MinHash of each distinct text, cut into bands: texts that share a band are compared in full. It goes with
 * the text's vector, and a mark goes with the text that it names.
 */
export const textSignatures = pgTable(
  "text_signatures",
  {
    organizationId: uuid("organization_id").notNull(),
    textHash: text("text_hash").notNull(),
    bands: integer().array().notNull(),
    signature: integer().array().notNull(),
    /** The older text that this one nearly repeats, and the share of equal hashes. */
    nearDuplicateOf: text("near_duplicate_of"),
    similarity: real(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.textHash] }),
    foreignKey({
      name: "text_signatures_text",
      columns: [table.organizationId, table.textHash],
      foreignColumns: [embeddingsText.organizationId, embeddingsText.textHash],
    }).onDelete("cascade"),
    index("text_signatures_bands").using("gin", table.bands),
    index("text_signatures_marks")
      .on(table.organizationId, table.nearDuplicateOf)
      .where(sql`${table.nearDuplicateOf} is not null`),
    index("text_signatures_created").on(table.createdAt),
    ...organizationWall(table.organizationId),
  ],
);

/** Perceptual hash of each kept keyframe; it goes with the keyframe's vector, and a mark with whom it names. */
export const imageSignatures = pgTable(
  "image_signatures",
  {
    inferenceId: uuid("inference_id").primaryKey(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    organizationId: uuid("organization_id").notNull(),
    signature: bit({ dimensions: 64 }).notNull(),
    /** The older keyframe that this one nearly repeats, and the number of differing bits. */
    nearDuplicateOf: uuid("near_duplicate_of"),
    distance: smallint(),
  },
  (table) => [
    foreignKey({
      name: "image_signatures_image",
      columns: [table.inferenceId],
      foreignColumns: [embeddingsImage.inferenceId],
    }).onDelete("cascade"),
    index("image_signatures_marks")
      .on(table.organizationId, table.nearDuplicateOf)
      .where(sql`${table.nearDuplicateOf} is not null`),
    index("image_signatures_hamming").using("hnsw", table.signature.op("bit_hamming_ops")),
    index("image_signatures_newest").on(table.organizationId, table.createdAt),
    index("image_signatures_created").on(table.createdAt),
    ...organizationWall(table.organizationId),
  ],
);
