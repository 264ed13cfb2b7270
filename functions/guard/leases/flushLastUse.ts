import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { apiKeys } from "../../../drizzle/guard.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { FlushedUsage, FlushUsagePorts } from "./flushUsage.ts";
import { LAST_USE } from "./redisKeys.ts";

const wordsSchema = z.array(z.union([z.string(), z.number()]).transform(String));

interface LastUse {
  readonly organizationId: string;
  readonly keyId: string;
  readonly usedAtMs: number;
}

/**
 * Brings from Redis to `api_keys` when each key last took a lease: to the second while it is used, and as old as
 * the last flush. What is brought is forgotten; a key that is used meanwhile has a later time and stays.
 */
export async function flushLastUse({
  keyValue,
  database,
}: FlushUsagePorts): Promise<Outcome<FlushedUsage, "redis_away">> {
  const listed = await keyValue.pipeline([["ZRANGE", LAST_USE, 0, -1, "WITHSCORES"]]);
  if (!listed.ok) return failed("redis_away");
  const uses = usesOf(wordsSchema.parse(listed.value[0] ?? []));
  const result = { flushed: 0, failed: 0 };
  for (const [organizationId, ofOrganization] of Map.groupBy(uses, (use) => use.organizationId)) {
    const written = await database.forOrg(organizationId, [noteLastUse(ofOrganization)]);
    if (written.ok) result.flushed += 1;
    else result.failed += 1;
  }
  const newestMs = Math.max(...uses.map((use) => use.usedAtMs));
  if (uses.length > 0 && result.failed === 0)
    await keyValue.pipeline([["ZREMRANGEBYSCORE", LAST_USE, "-inf", newestMs]]);
  return done(result);
}

/** Members `<organization> <key id>` and their scores, in turn. */
const usesOf = (words: readonly string[]): LastUse[] =>
  words.flatMap((member, index) => {
    if (index % 2 === 1) return [];
    const [organizationId = "", keyId = ""] = member.split(" ");
    return [{ organizationId, keyId, usedAtMs: Number(words[index + 1]) }];
  });

const noteLastUse = (uses: readonly LastUse[]): SQL => sql`
  update ${apiKeys} k set last_used_at = greatest(k.last_used_at, to_timestamp(used."usedAtMs" / 1000))
  from jsonb_to_recordset(${JSON.stringify(uses)}::jsonb) as used("keyId" text, "usedAtMs" float8)
  where k.key_id = used."keyId"`;
