import { type SQL, sql } from "drizzle-orm";
import { platformOf, ROBOTS } from "../../contracts/robots.ts";
import type { StatsGroup } from "./schema.ts";

/** By what feedback `f` and exchanges `e` are grouped; exchanges have no type, and count once for all of them. */
const GROUPS: Readonly<Record<StatsGroup, { readonly feedback: SQL; readonly exchange: SQL }>> = {
  model: { feedback: sql`f.model`, exchange: sql`e.model` },
  arm: { feedback: sql`f.arm`, exchange: sql`e.arm` },
  robot: { feedback: sql`f.robot_type`, exchange: sql`e.robot_type` },
  platform: { feedback: sql`f.platform`, exchange: sql`coalesce(p.platform, 'unlisted')` },
  type: { feedback: sql`f.type`, exchange: sql`null` },
};

const PLATFORM_OF_ROBOT = JSON.stringify(
  ROBOTS.map((robot) => ({ robot_type: robot.name, platform: platformOf(robot) })),
);

/**
 * Figures of feedback and of the exchanges in a range of time, from the views that let only those count whose
 * tier does now. One row for each group.
 */
export const selectFeedbackStats = (groupBy: StatsGroup, from: string, to: string): SQL => sql`
  with exchanged as (
    select model, arm, robot_type, count(*)::int as exchanges from counted_exchanges
    where created_at >= ${from}::timestamptz and created_at < ${to}::timestamptz
    group by 1, 2, 3
  ), given as (
    select ${GROUPS[groupBy].feedback}::text as "group", 0 as exchanges, f.type, f.rating, f.success, f.triage
    from counted_feedback f
    where f.created_at >= ${from}::timestamptz and f.created_at < ${to}::timestamptz
    union all
    select ${GROUPS[groupBy].exchange}::text, e.exchanges, null, null, null, null
    from exchanged e
    left join jsonb_to_recordset(${PLATFORM_OF_ROBOT}::jsonb) as p(robot_type text, platform text)
      on p.robot_type = e.robot_type
  )
  select "group", sum(exchanges)::int as exchanges, count(type)::int as feedback,
    (count(*) filter (where type = 'rating'))::int as ratings,
    (count(rating) filter (where type = 'rating'))::int as rated,
    avg(rating)::float8 as mean_rating,
    (count(*) filter (where type = 'thumbs'))::int as thumbs,
    (count(success) filter (where type = 'thumbs'))::int as thumbs_valued,
    (count(*) filter (where type = 'thumbs' and success))::int as thumbs_up,
    (count(*) filter (where type = 'episode_outcome'))::int as episodes,
    (count(success) filter (where type = 'episode_outcome'))::int as episodes_valued,
    (count(*) filter (where type = 'episode_outcome' and success))::int as episodes_succeeded,
    (count(*) filter (where type = 'intervention'))::int as interventions,
    (count(*) filter (where triage = 'open'))::int as open,
    (count(*) filter (where triage = 'acknowledged'))::int as acknowledged,
    (count(*) filter (where triage = 'resolved'))::int as resolved,
    (count(*) filter (where triage = 'dismissed'))::int as dismissed
  from given group by "group" order by "group" nulls last`;
