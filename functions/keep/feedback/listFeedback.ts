import { type SQL, sql } from "drizzle-orm";
import { fromPublicId, toPublicId, uuidTimeMs } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { Feedback, FeedbackQuery } from "./schema.ts";
import { feedbackOf, readFeedbackRow } from "./showFeedback.ts";
import { selectFeedbackPage } from "./store.ts";

/**
 * An organization's feedback, newest first, as the tiers that hold now let it be seen. The cursor is the last
 * id shown: a UUIDv7 says both when and which, so pages neither skip nor repeat while feedback arrives.
 */
export async function listFeedback(
  organizationId: string,
  query: FeedbackQuery,
  database: Database,
): Promise<Outcome<{ data: Feedback[]; next_cursor: string | null }, Problem>> {
  const conditions = conditionsOf(query);
  if (!conditions.ok) return conditions;
  const statement = selectFeedbackPage(organizationId, conditions.value, query.limit + 1);
  const answer = await database.forOrg(organizationId, [statement]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const rows = (answer.value[0] ?? []).map(readFeedbackRow);
  const shown = rows.slice(0, query.limit).flatMap((row) => (row === null ? [] : [row]));
  const last = shown.at(-1);
  return done({
    data: shown.map(feedbackOf),
    next_cursor: rows.length > query.limit && last !== undefined ? toPublicId("feedback", last.id) : null,
  });
}

function conditionsOf(query: FeedbackQuery): Outcome<SQL[], Problem> {
  const after = query.cursor === undefined ? null : fromPublicId("feedback", query.cursor);
  if (query.cursor !== undefined && after === null)
    return failed(wrong("/cursor", "not a cursor of this list"));
  const inferenceId = query.inference_id === undefined ? null : fromPublicId("inference", query.inference_id);
  if (query.inference_id !== undefined && inferenceId === null)
    return failed(wrong("/inference_id", "not the id of an exchange"));

  const conditions: SQL[] = [];
  if (after !== null) {
    const atTime = new Date(uuidTimeMs(after)).toISOString();
    conditions.push(sql`(f.created_at, f.id) < (${atTime}::timestamptz, ${after}::uuid)`);
  }
  if (inferenceId !== null) conditions.push(sql`f.inference_id = ${inferenceId}`);
  if (query.type !== undefined) conditions.push(sql`f.type = ${query.type}`);
  if (query.episode_id !== undefined) conditions.push(sql`f.episode_id = ${query.episode_id}`);
  if (query.model !== undefined) conditions.push(sql`f.model = ${query.model}`);
  if (query.robot_type !== undefined) conditions.push(sql`f.robot_type = ${query.robot_type}`);
  if (query.triage !== undefined) conditions.push(sql`f.triage = ${query.triage}`);
  if (query.from !== undefined) conditions.push(sql`f.created_at >= ${query.from}::timestamptz`);
  if (query.to !== undefined) conditions.push(sql`f.created_at < ${query.to}::timestamptz`);
  return done(conditions);
}

const wrong = (pointer: string, detail: string): Problem => ({
  code: "invalid_request",
  errors: [{ pointer, detail }],
});
