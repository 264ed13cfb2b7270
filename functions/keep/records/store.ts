import { type SQL, sql } from "drizzle-orm";
import { embeddingsImage, embeddingsText, embeddingsTextRecords } from "../../../drizzle/embed.ts";
import { consentCurrent } from "../../../drizzle/guard.ts";
import { contentHashes, inferenceBodies, inferences } from "../../../drizzle/keep.ts";
import { erasures } from "../../../drizzle/rights.ts";
import type { Sealed, StorableRecord } from "../../contracts/records.ts";
import { CONSENT_TIERS } from "../../contracts/tiers.ts";
import { type CameraPlace, listedCameras } from "./cameras.ts";
import type { StoredPayload } from "./payload.ts";

/** A sealed record with its payload in the form in which it is stored. */
export interface RecordToStore {
  readonly record: Sealed<StorableRecord>;
  readonly payload: StoredPayload | null;
}

const tierRank = (column: SQL): SQL =>
  sql`array_position(array[${sql.raw(CONSENT_TIERS.map((tier) => `'${tier}'`).join(","))}], ${column}::text)`;

/** Columns of `inferences` in the order of the statement, with their types in the incoming JSON. */
const COLUMNS = [
  ["id", "uuid"],
  ["created_at", "timestamptz"],
  ["subject_ref", "text"],
  ["tier", "text"],
  ["consent_event_id", "uuid"],
  ["content_hash", "text"],
  ["key_id", "text"],
  ["source", "text"],
  ["status", "text"],
  ["model", "text"],
  ["model_version", "text"],
  ["origin", "text"],
  ["robot_type", "text"],
  ["action_space", "text"],
  ["frame", "text"],
  ["units", "text"],
  ["gripper_convention", "text"],
  ["norm_key", "text"],
  ["control_hz", "float8"],
  ["chunk_size", "int"],
  ["episode_id", "text"],
  ["step", "int"],
  ["environment", "text"],
  ["captured_at", "timestamptz"],
  ["warnings", "text[]"],
  ["admit_ms", "real"],
  ["runner_queue_ms", "real"],
  ["runner_compute_ms", "real"],
  ["infer_ms", "real"],
  ["trace_id", "text"],
  ["configuration_hash", "text"],
  ["safety_score", "real"],
  ["text_state", "text"],
  ["image_state", "text"],
] as const;

const columnNames = sql.raw(COLUMNS.map(([name]) => name).join(", "));
const incomingColumns = sql.raw(
  [...COLUMNS, ["payload", "jsonb"], ["payload_gzip", "text"]]
    .map(([name, type]) => `${name} ${type}`)
    .join(", "),
);

const isoTime = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());

function rowOf({ record, payload }: RecordToStore): Record<string, unknown> {
  const { metadata } = record;
  return {
    id: record.id,
    created_at: isoTime(record.createdAtMs),
    subject_ref: record.subjectRef,
    tier: record.tier,
    consent_event_id: record.consentEventId,
    content_hash: record.contentHash,
    key_id: metadata.keyId,
    source: metadata.source,
    status: metadata.status,
    model: metadata.model,
    model_version: metadata.modelVersion,
    origin: metadata.origin,
    robot_type: metadata.robotType,
    action_space: metadata.actionSpace,
    frame: metadata.frame,
    units: metadata.units,
    gripper_convention: metadata.gripperConvention,
    norm_key: metadata.normKey,
    control_hz: metadata.controlHz,
    chunk_size: metadata.chunkSize,
    episode_id: metadata.episodeId,
    step: metadata.step,
    environment: metadata.environment,
    captured_at: isoTime(metadata.capturedAtMs),
    warnings: metadata.warnings,
    admit_ms: metadata.admitMs,
    runner_queue_ms: metadata.runnerQueueMs,
    runner_compute_ms: metadata.runnerComputeMs,
    infer_ms: metadata.inferMs,
    trace_id: metadata.traceId,
    configuration_hash: metadata.configurationHash,
    safety_score: record.action?.safetyScore ?? null,
    text_state: record.textState,
    image_state: record.imageState,
    payload: payload?.json ?? null,
    payload_gzip: payload?.gzipBase64 ?? null,
  };
}

/**
 * One statement that stores a batch of records, each only if the ledger at this very moment still allows its
 * tier and nobody has demanded its erasure. Answers the ids that are stored now, by this statement or an
 * earlier one; an id that is missing was refused by the ledger.
 */
export function storeRecords(organizationId: string, records: readonly RecordToStore[]): SQL {
  const incoming = JSON.stringify(records.map(rowOf));
  return sql`
    with incoming as (
      select * from jsonb_to_recordset(${incoming}::jsonb) as r(${incomingColumns})
    ), allowed as (
      select incoming.* from incoming
      join ${consentCurrent} ledger
        on ledger.organization_id = ${organizationId} and ledger.subject_ref = coalesce(incoming.subject_ref, '')
      where ${tierRank(sql`ledger.tier`)} >= ${tierRank(sql`incoming.tier`)}
        and not exists (
          select 1 from ${erasures} erased
          where erased.organization_id = ${organizationId}
            and erased.subject_ref = coalesce(incoming.subject_ref, '')
            and erased.requested_at >= incoming.created_at)
    ), claimed as (
      insert into ${contentHashes} (organization_id, content_hash, inference_id, created_at)
      select ${organizationId}::uuid, content_hash, id, created_at from allowed
      on conflict do nothing
    ), stored as (
      insert into ${inferences} (organization_id, duplicate_of, ${columnNames})
      select ${organizationId}::uuid,
        (select first.inference_id from ${contentHashes} first
          where first.organization_id = ${organizationId}
            and first.content_hash = allowed.content_hash and first.inference_id <> allowed.id),
        ${columnNames}
      from allowed
      on conflict (id, created_at) do nothing
    ), bodies as (
      insert into ${inferenceBodies} (id, created_at, organization_id, subject_ref, payload, payload_gzip)
      select id, created_at, ${organizationId}::uuid, subject_ref, payload, decode(payload_gzip, 'base64')
      from allowed where payload is not null or payload_gzip is not null
      on conflict (id, created_at) do nothing
    )
    select id from allowed`;
}

/** What the ledger says now of these subjects ('' is the person-free stream): tier, and seed of the data key. */
export const readLedger = (organizationId: string, subjectRefs: readonly string[]): SQL => sql`
  select subject_ref, tier, encode(key_seed, 'hex') as key_seed from ${consentCurrent}
  where organization_id = ${organizationId}
    and subject_ref in (select value from jsonb_array_elements_text(${JSON.stringify(subjectRefs)}::jsonb))`;

/** Where a record's images lie: an object, and ranges in it, the primary camera's first. */
export interface StoredFrames {
  readonly id: string;
  readonly createdAtMs: number;
  readonly key: string;
  readonly places: readonly CameraPlace[];
}

/** Notes where images were stored; answers the ids whose row still wanted its images. */
export function noteFrames(organizationId: string, frames: readonly StoredFrames[]): SQL {
  const rows = frames.map(({ id, createdAtMs, key, places }) => {
    const [primary] = places;
    const cameras = listedCameras(places);
    return { id, created_at: isoTime(createdAtMs), key, ...primary, cameras };
  });
  return sql`
    update ${inferences} i
    set image_state = 'stored', image_key = f.key, image_offset_bytes = f."offsetBytes",
        image_length_bytes = f."lengthBytes", image_content_type = f."contentType", image_cameras = f.cameras
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as f(id uuid, created_at timestamptz, key text, "offsetBytes" int, "lengthBytes" int, "contentType" text,
        cameras jsonb)
    where i.organization_id = ${organizationId} and i.id = f.id and i.created_at = f.created_at
    returning i.id`;
}

/** Where the primary camera's picture of these records lies, of those that have one stored. */
export const storedImages = (
  organizationId: string,
  records: readonly { id: string; createdAtMs: number }[],
): SQL => sql`
  select i.id, i.image_key as key, i.image_offset_bytes as offset_bytes, i.image_length_bytes as length_bytes
  from ${inferences} i
  join jsonb_to_recordset(${JSON.stringify(records.map((r) => ({ id: r.id, created_at: isoTime(r.createdAtMs) })))}::jsonb)
    as w(id uuid, created_at timestamptz) on i.id = w.id and i.created_at = w.created_at
  where i.organization_id = ${organizationId} and i.image_state = 'stored'`;

/** Marks records whose image was given up. */
export const withholdImages = (
  organizationId: string,
  records: readonly { id: string; createdAtMs: number }[],
): SQL => sql`
  update ${inferences} i set image_state = 'withheld'
  from jsonb_to_recordset(${JSON.stringify(records.map((r) => ({ id: r.id, created_at: isoTime(r.createdAtMs) })))}::jsonb)
    as w(id uuid, created_at timestamptz)
  where i.organization_id = ${organizationId} and i.id = w.id and i.created_at = w.created_at and i.image_state = 'pending'`;

/** Which of these texts have a vector of that model already. */
export const knownTexts = (organizationId: string, model: string, hashes: readonly string[]): SQL => sql`
  select text_hash from ${embeddingsText}
  where organization_id = ${organizationId} and model = ${model}
    and text_hash in (select value from jsonb_array_elements_text(${JSON.stringify(hashes)}::jsonb))`;

const vectorText = (vector: Float32Array): string => `[${Array.from(vector).join(",")}]`;

export interface TextVector {
  readonly hash: string;
  readonly vector: Float32Array;
}

/** A text that has a vector of another model gets the new one in its place: there is one vector per text. */
export const storeTextVectors = (
  organizationId: string,
  model: string,
  vectors: readonly TextVector[],
): SQL => sql`
  insert into ${embeddingsText} (organization_id, text_hash, embedding, model)
  select ${organizationId}::uuid, v.hash, v.embedding::vector, ${model}
  from jsonb_to_recordset(${JSON.stringify(vectors.map((v) => ({ hash: v.hash, embedding: vectorText(v.vector) })))}::jsonb)
    as v(hash text, embedding text)
  on conflict (organization_id, text_hash)
    do update set embedding = excluded.embedding, model = excluded.model
    where ${embeddingsText}.model <> excluded.model`;

/** Links records to the vector of their text; only records that are still there. */
export const linkTexts = (
  organizationId: string,
  links: readonly { id: string; createdAtMs: number; hash: string }[],
): SQL => sql`
  insert into ${embeddingsTextRecords} (inference_id, organization_id, text_hash, created_at)
  select l.id, ${organizationId}::uuid, l.hash, l.created_at
  from jsonb_to_recordset(${JSON.stringify(links.map((l) => ({ id: l.id, hash: l.hash, created_at: isoTime(l.createdAtMs) })))}::jsonb)
    as l(id uuid, hash text, created_at timestamptz)
  where exists (select 1 from ${inferences} i where i.id = l.id and i.created_at = l.created_at)
  on conflict do nothing`;

export const storeImageVectors = (
  organizationId: string,
  model: string,
  vectors: readonly { id: string; createdAtMs: number; vector: Float32Array }[],
): SQL => sql`
  insert into ${embeddingsImage} (inference_id, created_at, organization_id, embedding, model)
  select v.id, v.created_at, ${organizationId}::uuid, v.embedding::vector, ${model}
  from jsonb_to_recordset(${JSON.stringify(
    vectors.map((v) => ({ id: v.id, created_at: isoTime(v.createdAtMs), embedding: vectorText(v.vector) })),
  )}::jsonb) as v(id uuid, created_at timestamptz, embedding text)
  where exists (select 1 from ${inferences} i where i.id = v.id and i.created_at = v.created_at)
  on conflict do nothing`;
