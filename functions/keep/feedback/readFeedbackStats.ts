import { z } from "zod";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { FeedbackGroup, FeedbackStats, FeedbackStatsQuery } from "./schema.ts";
import { selectFeedbackStats } from "./statsStore.ts";
import { wilsonInterval } from "./wilsonInterval.ts";

const DAY_MS = 86_400_000;
const DAYS_SHOWN = 30;

const rowSchema = z.object({
  group: z.string().nullable(),
  exchanges: z.number(),
  feedback: z.number(),
  ratings: z.number(),
  rated: z.number(),
  mean_rating: z.number().nullable(),
  thumbs: z.number(),
  thumbs_valued: z.number(),
  thumbs_up: z.number(),
  episodes: z.number(),
  episodes_valued: z.number(),
  episodes_succeeded: z.number(),
  interventions: z.number(),
  open: z.number(),
  acknowledged: z.number(),
  resolved: z.number(),
  dismissed: z.number(),
});
type StatsRow = z.infer<typeof rowSchema>;

/** What the feedback of a range of time says, by model, arm, robot, platform or type; times are of arrival. */
export async function readFeedbackStats(
  organizationId: string,
  query: FeedbackStatsQuery,
  { database, clock }: { readonly database: Database; readonly clock: Clock },
): Promise<Outcome<FeedbackStats, Problem>> {
  const toMs = query.to === undefined ? clock.now() : Date.parse(query.to);
  const fromMs = query.from === undefined ? toMs - DAYS_SHOWN * DAY_MS : Date.parse(query.from);
  if (fromMs >= toMs)
    return failed({
      code: "invalid_request",
      errors: [{ pointer: "/from", detail: "The range ends before it begins." }],
    });
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  const answer = await database.forOrg(organizationId, [selectFeedbackStats(query.group_by, from, to)]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const rows = (answer.value[0] ?? []).map((row) => rowSchema.parse(row));
  const groups = query.group_by === "type" ? byType(rows) : rows;
  return done({ group_by: query.group_by, from, to, groups: groups.map(groupOf) });
}

/** Exchanges have no type: each type is measured against all of them. */
function byType(rows: readonly StatsRow[]): StatsRow[] {
  const exchanges = rows.reduce((sum, row) => sum + row.exchanges, 0);
  return rows.filter(({ group }) => group !== null).map((row) => ({ ...row, exchanges }));
}

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const groupOf = (row: StatsRow): FeedbackGroup => ({
  group: row.group,
  exchanges: row.exchanges,
  feedback: row.feedback,
  ratings: { count: row.ratings, valued: row.rated, mean: row.mean_rating },
  thumbs: {
    count: row.thumbs,
    valued: row.thumbs_valued,
    up_share: shareOf(row.thumbs_up, row.thumbs_valued),
  },
  episodes: {
    count: row.episodes,
    valued: row.episodes_valued,
    successes: row.episodes_succeeded,
    success_rate: shareOf(row.episodes_succeeded, row.episodes_valued),
    success_interval: wilsonInterval(row.episodes_succeeded, row.episodes_valued),
  },
  interventions: {
    count: row.interventions,
    per_100_exchanges: row.exchanges === 0 ? null : (100 * row.interventions) / row.exchanges,
  },
  safety_reports: {
    open: row.open,
    acknowledged: row.acknowledged,
    resolved: row.resolved,
    dismissed: row.dismissed,
  },
});
