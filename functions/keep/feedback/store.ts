import { type SQL, sql } from "drizzle-orm";
import { apiKeys, consentCurrent } from "../../../drizzle/guard.ts";
import { feedback, inferenceBodies, inferences } from "../../../drizzle/keep.ts";
import { safetyIncidents } from "../../../drizzle/observe.ts";
import { erasures } from "../../../drizzle/rights.ts";
import type { FeedbackChange, FeedbackRecord } from "../../contracts/feedback.ts";
import { uuidTimeMs } from "../../contracts/identifiers.ts";
import type { WaitingQuestion } from "../../contracts/ports.ts";
import type { Sealed, StorableRecord } from "../../contracts/records.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";

const isoTime = (atMs: number): string => new Date(atMs).toISOString();
const millisecondsOf = (column: string): SQL => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`);

/** Columns of an exchange that feedback needs, with their types in the JSON of those that still wait. */
const EXCHANGE_COLUMNS = [
  ["id", "uuid"],
  ["created_at", "timestamptz"],
  ["subject_ref", "text"],
  ["model", "text"],
  ["model_version", "text"],
  ["arm", "text"],
  ["robot_type", "text"],
  ["action_space", "text"],
  ["units", "text"],
  ["gripper_convention", "text"],
  ["chunk_size", "int"],
  ["episode_id", "text"],
  ["step", "int"],
] as const;

const exchangeColumns = sql.raw(EXCHANGE_COLUMNS.map(([name]) => name).join(", "));
const exchangeTypes = sql.raw(EXCHANGE_COLUMNS.map((column) => column.join(" ")).join(", "));

const waitingRow = ({ id, createdAtMs, subjectRef, metadata }: StorableRecord) => ({
  id,
  created_at: isoTime(createdAtMs),
  subject_ref: subjectRef,
  model: metadata.model,
  model_version: metadata.modelVersion,
  robot_type: metadata.robotType,
  action_space: metadata.actionSpace,
  units: metadata.units,
  gripper_convention: metadata.gripperConvention,
  chunk_size: metadata.chunkSize,
  episode_id: metadata.episodeId,
  step: metadata.step,
});

const isAsked = (question: WaitingQuestion): SQL =>
  "inferenceId" in question
    ? sql`id = ${question.inferenceId} and created_at = ${isoTime(uuidTimeMs(question.inferenceId))}::timestamptz`
    : sql`episode_id = ${question.episodeId}`;

interface ExchangeQuestion {
  readonly organizationId: string;
  readonly keyId: string;
  readonly question: WaitingQuestion;
  readonly waiting: readonly StorableRecord[];
}

/**
 * The exchange, or the newest of an episode, stored or waiting; what is known of its episode; the tier that
 * holds now for its subject; and the strongest tier that the caller's key may have kept.
 */
export const selectExchange = ({ organizationId, keyId, question, waiting }: ExchangeQuestion): SQL => sql`
  with exchanges as (
    select ${exchangeColumns} from ${inferences} where organization_id = ${organizationId} and ${isAsked(question)}
    union
    select ${exchangeColumns}
    from jsonb_to_recordset(${JSON.stringify(waiting.map(waitingRow))}::jsonb) as w(${exchangeTypes})
  ), summary as (
    select max(step) as last_step, min(created_at) as first_at,
      count(distinct coalesce(subject_ref, '')) > 1 as several_subjects
    from exchanges
  ), newest as (
    select * from exchanges order by created_at desc, id desc limit 1
  )
  select n.id, ${millisecondsOf("s.first_at")} as made_at_ms, n.subject_ref, n.model, n.model_version, n.arm,
    n.robot_type, n.action_space, n.units, n.gripper_convention, n.chunk_size, n.episode_id, s.last_step,
    s.several_subjects, b.payload, encode(b.payload_gzip, 'base64') as payload_gzip,
    coalesce(ledger.tier, 'none') as tier, ledger.consent_event_id,
    coalesce((select max_tier from ${apiKeys} where id = ${keyId}), 'research') as key_tier
  from newest n cross join summary s
  left join ${inferenceBodies} b on b.id = n.id and b.created_at = n.created_at
  left join ${consentCurrent} ledger
    on ledger.organization_id = ${organizationId} and ledger.subject_ref = coalesce(n.subject_ref, '')`;

/** Columns of `feedback` in the order of the statement, with their types in the incoming JSON. */
const COLUMNS = [
  ["id", "uuid"],
  ["created_at", "timestamptz"],
  ["type", "text"],
  ["inference_id", "uuid"],
  ["episode_id", "text"],
  ["subject_ref", "text"],
  ["tier", "text"],
  ["consent_event_id", "uuid"],
  ["key_id", "text"],
  ["content_hash", "text"],
  ["model", "text"],
  ["model_version", "text"],
  ["arm", "text"],
  ["robot_type", "text"],
  ["platform", "text"],
  ["rating", "smallint"],
  ["success", "boolean"],
  ["severity", "text"],
  ["triage", "text"],
  ["body", "jsonb"],
  ["text_state", "text"],
  ["occurred_at", "timestamptz"],
] as const;

const columnNames = sql.raw(COLUMNS.map(([name]) => name).join(", "));
const incomingTypes = sql.raw(COLUMNS.map((column) => column.join(" ")).join(", "));

const rowOf = (record: FeedbackRecord) => ({
  id: record.id,
  created_at: isoTime(record.createdAtMs),
  type: record.type,
  inference_id: record.inferenceId,
  episode_id: record.episodeId,
  subject_ref: record.subjectRef,
  tier: record.tier,
  consent_event_id: record.consentEventId,
  key_id: record.keyId,
  content_hash: record.contentHash,
  model: record.model,
  model_version: record.modelVersion,
  arm: record.arm,
  robot_type: record.robotType,
  platform: record.platform,
  rating: record.rating,
  success: record.success,
  severity: record.severity,
  triage: record.triage,
  body: record.body,
  text_state: record.textState,
  occurred_at: isoTime(record.occurredAtMs),
});

/** What a safety report leaves for good: that something happened, to which robot and model. */
export interface Incident {
  readonly id: string;
  readonly ruleIds: readonly string[];
}

interface FeedbackToStore {
  readonly organizationId: string;
  readonly record: Sealed<FeedbackRecord>;
  /** When what it is about was made: an erasure demanded since then forbids it. */
  readonly madeAtMs: number;
  readonly incident: Incident | null;
}

/**
 * Stores feedback if the ledger at this very moment allows its tier, the key may have it kept, nobody has
 * demanded erasure, and nothing says the same already. Answers whether it was allowed, and whether it is stored.
 */
export const storeFeedback = ({ organizationId, record, madeAtMs, incident }: FeedbackToStore): SQL => sql`
  with incoming as (
    select * from jsonb_to_record(${JSON.stringify(rowOf(record))}::jsonb) as r(${incomingTypes})
  ), allowed as (
    select incoming.* from incoming
    join ${consentCurrent} ledger
      on ledger.organization_id = ${organizationId} and ledger.subject_ref = coalesce(incoming.subject_ref, '')
    where tier_rank(ledger.tier) >= tier_rank(incoming.tier)
      and tier_rank(coalesce((select k.max_tier from ${apiKeys} k where k.id = incoming.key_id::uuid), 'research'))
        >= tier_rank(incoming.tier)
      and not exists (
        select 1 from ${erasures} erased
        where erased.organization_id = ${organizationId}
          and erased.subject_ref = coalesce(incoming.subject_ref, '')
          and erased.requested_at >= ${isoTime(madeAtMs)}::timestamptz)
  ), stored as (
    insert into ${feedback} (organization_id, ${columnNames})
    select ${organizationId}::uuid, ${columnNames} from allowed
    on conflict (organization_id, content_hash) do nothing
    returning id
  ), noted as (
    insert into ${safetyIncidents} (id, organization_id, at, rule_ids, model, robot_type)
    select ${incident?.id ?? null}::uuid, ${organizationId}::uuid, occurred_at,
      (select coalesce(array_agg(value), '{}') from jsonb_array_elements_text(${JSON.stringify(incident?.ruleIds ?? [])}::jsonb)),
      model, robot_type
    from allowed where ${incident !== null} and exists (select 1 from stored)
  )
  select exists (select 1 from allowed) as allowed, exists (select 1 from stored) as stored`;

/** Which feedback holds a content. */
export const selectByContent = (organizationId: string, contentHash: string): SQL => sql`
  select id from ${feedback} where organization_id = ${organizationId} and content_hash = ${contentHash}`;

/**
 * The tier that holds now for the subject of feedback `f`. No join: for a page Postgres shall read the newest
 * rows from their index and stop, also where it has no statistics.
 */
const tierNow = sql`(
  select ledger.tier from ${consentCurrent} ledger
  where ledger.organization_id = f.organization_id and ledger.subject_ref = coalesce(f.subject_ref, ''))`;

/** Columns of feedback `f` as it was kept, and the tier that holds now for its subject. */
const feedbackColumns = sql`
  f.id, ${millisecondsOf("f.created_at")} as created_at_ms, f.type, f.inference_id, f.episode_id, f.subject_ref,
  f.tier, f.consent_event_id, f.key_id, f.content_hash, f.model, f.model_version, f.arm, f.robot_type, f.platform,
  f.rating, f.success, f.severity, f.triage, f.body, f.text_state, ${millisecondsOf("f.occurred_at")} as occurred_at_ms,
  ${millisecondsOf("f.updated_at")} as updated_at_ms, f.version, ${tierNow} as tier_now`;

const fromFeedback = (organizationId: string): SQL => sql`
  from ${feedback} f where f.organization_id = ${organizationId} and coalesce(${tierNow}, 'none') <> 'none'`;

/** One piece of feedback, unless its subject has withdrawn. */
export const selectFeedback = (organizationId: string, id: string): SQL => sql`
  select ${feedbackColumns} ${fromFeedback(organizationId)} and f.id = ${id}`;

/** A page of feedback, newest first; subjects who have withdrawn are absent. */
export const selectFeedbackPage = (
  organizationId: string,
  conditions: readonly SQL[],
  limit: number,
): SQL => sql`
  select ${feedbackColumns} ${fromFeedback(organizationId)} ${sql.join(conditions.map((condition) => sql` and ${condition}`))}
  order by f.created_at desc, f.id desc limit ${limit}`;

interface FeedbackUpdate {
  readonly organizationId: string;
  readonly id: string;
  readonly version: number;
  /** The tier that the change was sealed for. */
  readonly tier: ConsentTier;
  readonly change: Sealed<FeedbackChange>;
  readonly nowMs: number;
  readonly audit: {
    readonly actor: string;
    readonly action: string;
    readonly target: string;
    readonly detail: unknown;
  };
}

const audited = ({ actor, action, target, detail }: FeedbackUpdate["audit"]): SQL =>
  sql`append_audit(${actor}, ${action}, ${target}, ${JSON.stringify(detail)}::jsonb)`;

/** Changes feedback that still has that version, while its tier holds, and appends to the audit log if it did; else answers no row. */
export const updateFeedback = ({
  organizationId,
  id,
  version,
  tier,
  change,
  nowMs,
  audit,
}: FeedbackUpdate): SQL => sql`
  with changed as (
    update ${feedback} kept set
      triage = coalesce(${change.triage}, triage), rating = coalesce(${change.rating}::smallint, rating),
      body = body || ${JSON.stringify(change.note === null ? {} : { note: change.note })}::jsonb,
      text_state = case when text_state = 'withheld' or ${change.noteState} = 'absent' then text_state else ${change.noteState} end,
      updated_at = ${isoTime(nowMs)}::timestamptz, version = version + 1
    where organization_id = ${organizationId} and id = ${id} and version = ${version} and exists (
      select 1 from ${consentCurrent} ledger
      where ledger.organization_id = ${organizationId} and ledger.subject_ref = coalesce(kept.subject_ref, '')
        and tier_rank(ledger.tier) >= tier_rank(${tier}))
    returning version
  )
  select version, ${audited(audit)} as audit_seq from changed`;

/** Removes feedback, and appends to the audit log if it was there; else answers no row. */
export const deleteFeedback = (
  organizationId: string,
  id: string,
  audit: FeedbackUpdate["audit"],
): SQL => sql`
  with removed as (delete from ${feedback} where organization_id = ${organizationId} and id = ${id} returning type)
  select type, ${audited(audit)} as audit_seq from removed`;
