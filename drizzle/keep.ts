import { sql } from "drizzle-orm";
import {
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
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
