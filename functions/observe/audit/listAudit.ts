import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { type AuditList, type AuditQuery, auditEntrySchema } from "./schema.ts";
import { selectAudit } from "./store.ts";

/**
 * One page of an organization's audit log, newest first unless asked otherwise. The cursor is the number of the
 * last entry shown: the log only grows, so pages neither skip nor repeat.
 */
export async function listAudit(
  organizationId: string,
  query: AuditQuery,
  database: Database,
): Promise<Outcome<AuditList, Problem>> {
  const answer = await database.forOrg(organizationId, [selectAudit(organizationId, query)]);
  if (!answer.ok) return failed({ code: "storage_unavailable", retryAfterSeconds: 2 });
  const entries = (answer.value[0] ?? []).map((row) => auditEntrySchema.parse(row));
  const data = entries.slice(0, query.limit);
  const last = data.at(-1);
  return done({
    data,
    next_cursor: entries.length > query.limit && last !== undefined ? String(last.seq) : null,
  });
}
