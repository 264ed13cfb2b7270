import { done, type Outcome } from "../../contracts/outcome.ts";
import type { ObjectStore, ObjectStoreFailure, Outbox } from "../../contracts/ports.ts";
import { DEAD_PREFIX, readDeadLetter } from "./deadLetter.ts";

/** How a replay went: letters brought back, letters that stay because they were not taken or not readable. */
export interface ReplayReport {
  readonly replayed: number;
  readonly kept: number;
  readonly nextCursor: string | null;
}

/**
 * Hands one page of an organization's dead letters back to its outbox, and deletes those that it took. An
 * entry that the outbox knows already has been stored: its letter goes too.
 */
export async function replayDeadLetters(
  organizationId: string,
  cursor: string | undefined,
  ports: { objectStore: ObjectStore; outbox: Outbox },
): Promise<Outcome<ReplayReport, ObjectStoreFailure>> {
  const page = await ports.objectStore.list(`${DEAD_PREFIX}${organizationId}/`, cursor);
  if (!page.ok) return page;
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
    kept: page.value.keys.length - taken.length,
    nextCursor: page.value.cursor,
  });
}
