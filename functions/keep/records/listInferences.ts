import { type SQL, sql } from "drizzle-orm";
import { imageSignatures } from "../../../drizzle/keep.ts";
import { fromPublicId, toPublicId, uuidTimeMs } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import {
  fromInferences,
  inferenceColumns,
  inferenceOf,
  inferenceRowSchema,
  isStillKept,
} from "./inferenceRow.ts";
import type { Inference, InferenceQuery } from "./schema.ts";

const repeatsNothing = sql`i.duplicate_of is null and not exists (
  select 1 from ${imageSignatures} s where s.inference_id = i.id and s.near_duplicate_of is not null)`;

/**
 * An organization's kept exchanges, newest first. The cursor is the last id shown: a UUIDv7 says both when
 * and which, so pages neither skip nor repeat while records arrive.
 */
export async function listInferences(
  organizationId: string,
  query: InferenceQuery,
  database: Database,
): Promise<Outcome<{ data: Inference[]; next_cursor: string | null }, Problem>> {
  const after = query.cursor === undefined ? null : fromPublicId("inference", query.cursor);
  if (query.cursor !== undefined && after === null) {
    return failed({
      code: "invalid_request",
      errors: [{ pointer: "/cursor", detail: "not a cursor of this list" }],
    });
  }
  const conditions: SQL[] = [sql`i.organization_id = ${organizationId}`, isStillKept];
  if (after !== null) {
    const atTime = new Date(uuidTimeMs(after)).toISOString();
    conditions.push(sql`(i.created_at, i.id) < (${atTime}::timestamptz, ${after}::uuid)`);
  }
  if (query.episode_id !== undefined) conditions.push(sql`i.episode_id = ${query.episode_id}`);
  if (query.robot_type !== undefined) conditions.push(sql`i.robot_type = ${query.robot_type}`);
  if (query.status !== undefined) conditions.push(sql`i.status = ${query.status}`);
  if (query.duplicates === "exclude") conditions.push(repeatsNothing);

  const answer = await database.forOrg(organizationId, [
    sql`select ${inferenceColumns} ${fromInferences} where ${sql.join(conditions, sql` and `)}
        order by i.created_at desc, i.id desc limit ${query.limit + 1}`,
  ]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const rows = (answer.value[0] ?? []).map((row) => inferenceRowSchema.parse(row));
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return done({
    data: shown.map(inferenceOf),
    next_cursor: rows.length > query.limit && last !== undefined ? toPublicId("inference", last.id) : null,
  });
}
