import { type SQL, sql } from "drizzle-orm";
import { inferences } from "../../../drizzle/keep.ts";
import type { StorableRecord } from "../../contracts/records.ts";

/** How long before its batch an episode's earlier steps are looked for, so that one partition answers. */
const LOOK_BACK = "1 day";

/**
 * The statement that marks records whose step is out of order in its episode: behind a later step, or captured
 * before an earlier one. For the transaction that stores them, behind their rows; null where none of them has
 * a step. Answers the rules it marked, one row each; of a batch that comes again, none.
 */
export function markOrder(organizationId: string, records: readonly StorableRecord[]): SQL | null {
  const steps = records
    .filter(({ metadata }) => metadata.episodeId !== null && metadata.step !== null)
    .map(({ id, createdAtMs }) => ({ id, created_at: new Date(createdAtMs).toISOString() }));
  if (steps.length === 0) return null;
  return sql`
    with batch as materialized (
      select i.id, i.created_at, i.episode_id, i.subject_ref, i.step, i.captured_at
      from jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) as b(id uuid, created_at timestamptz)
      join ${inferences} i on i.id = b.id and i.created_at = b.created_at
      where i.organization_id = ${organizationId} and i.step is not null
    ), before as materialized (
      select episode.*, last.step as last_step, prior.captured_at as prior_captured_at
      from (select episode_id, subject_ref, min(created_at) as since, min(step) as first_step
        from batch group by episode_id, subject_ref) episode
      left join lateral (
        select i.step from ${inferences} i
        where i.organization_id = ${organizationId} and i.episode_id = episode.episode_id
          and i.subject_ref is not distinct from episode.subject_ref and i.step is not null
          and i.created_at < episode.since and i.created_at > episode.since - ${LOOK_BACK}::interval
        order by i.step desc limit 1) last on true
      left join lateral (
        select i.captured_at from ${inferences} i
        where i.organization_id = ${organizationId} and i.episode_id = episode.episode_id
          and i.subject_ref is not distinct from episode.subject_ref and i.step < episode.first_step
          and i.created_at < episode.since and i.created_at > episode.since - ${LOOK_BACK}::interval
        order by i.step desc limit 1) prior on true
    ), judged as (
      select batch.id, batch.created_at,
        batch.step < greatest(before.last_step, max(batch.step) over (stream order by batch.created_at, batch.id
          rows between unbounded preceding and 1 preceding)) as step_backwards,
        batch.captured_at < greatest(before.prior_captured_at, max(batch.captured_at) over (stream
          order by batch.step rows between unbounded preceding and 1 preceding)) as captured_backwards
      from batch join before
        on before.episode_id = batch.episode_id and before.subject_ref is not distinct from batch.subject_ref
      window stream as (partition by batch.episode_id, batch.subject_ref)
    ), found as (
      select id, created_at, 'timestamp.step_backwards' as rule from judged where step_backwards
      union all
      select id, created_at, 'timestamp.captured_backwards' from judged where captured_backwards
    ), marked as (
      update ${inferences} i set warnings = i.warnings || found_rules.rules
      from (select id, created_at, array_agg(rule) as rules from found group by id, created_at) found_rules
      where i.organization_id = ${organizationId} and i.id = found_rules.id
        and i.created_at = found_rules.created_at and not i.warnings && found_rules.rules
      returning i.id)
    select found.rule from found join marked on marked.id = found.id`;
}

/** The statement that marks records with a rule, each once; answers those that it marked. */
export const markRecords = (
  organizationId: string,
  records: readonly { readonly id: string; readonly createdAtMs: number }[],
  rule: string,
): SQL => sql`
  update ${inferences} i set warnings = array_append(i.warnings, ${rule}::text)
  from jsonb_to_recordset(${JSON.stringify(
    records.map(({ id, createdAtMs }) => ({ id, created_at: new Date(createdAtMs).toISOString() })),
  )}::jsonb) as m(id uuid, created_at timestamptz)
  where i.organization_id = ${organizationId} and i.id = m.id and i.created_at = m.created_at
    and not ${rule}::text = any(i.warnings)
  returning i.id`;
