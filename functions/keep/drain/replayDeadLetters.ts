import { done, type Outcome } from "../../contracts/outcome.ts";
import type {
  Database,
  DatabaseFailure,
  ObjectStore,
  ObjectStoreFailure,
  Outbox,
} from "../../contracts/ports.ts";
import type { Actor } from "../../guard/identity/actor.ts";
import { appendAudit } from "../../guard/identity/store.ts";
import { DEAD_PREFIX, readDeadLetter } from "./deadLetter.ts";

/** How a replay went: letters brought back, letters that stay because they were not taken or not readable. */
export interface ReplayReport {
  readonly replayed: number;
  readonly kept: number;
  readonly nextCursor: string | null;
}

/**
 * Hands one page of an organization's dead letters back to its outbox, and deletes those that it took. An
 * entry that the outbox knows already has been stored: its letter goes too. The audit log is told first, so
 * that no letter moves unseen.
 */
export async function replayDeadLetters(
  organizationId: string,
  cursor: string | undefined,
  actor: Actor,
  ports: { database: Database; objectStore: ObjectStore; outbox: Outbox },
): Promise<Outcome<ReplayReport, ObjectStoreFailure | DatabaseFailure>> {
  const page = await ports.objectStore.list(`${DEAD_PREFIX}${organizationId}/`, cursor);
  if (!page.ok) return page;
  const letters = page.value.keys.length;
  const audited = await ports.database.forOrg(organizationId, [
    appendAudit(actor.id, "records.replay", "dead-letters", { letters }),
  ]);
  if (!audited.ok) return audited;
  const taken: string[] = [];
  for (const key of page.value.keys) {
    const body = await ports.objectStore.get(key);
    if (!body.ok) return body;
    const letter = body.value === null ? null : readDeadLetter(body.value);
    if (!letter?.ok) continue;
    const appended = await ports.outbox.append(letter.value);
    if (appended.kind !== "unavailable") taken.push(key);
  }
  if (taken.length > 0) {
    const deleted = await ports.objectStore.delete(taken);
    if (!deleted.ok) return deleted;
  }
  return done({
    replayed: taken.length,
    kept: letters - taken.length,
    nextCursor: page.value.cursor,
  });
}
