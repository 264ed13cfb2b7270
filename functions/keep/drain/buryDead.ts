import type { EntryQueue } from "../outbox/entryQueue.ts";
import { writeDeadLetter } from "./deadLetter.ts";
import { type DrainPorts, IDLE, type StageResult } from "./drainPorts.ts";
import { seqsOf, type WaitingEntry, waitingEntries } from "./waitingEntry.ts";

/**
 * What has waited too long leaves the outbox: an entry without a row goes to dead/, from where one command
 * brings it back; an entry whose vectors cannot be made stays stored without them.
 */
export async function buryDead(queue: EntryQueue, shard: string, ports: DrainPorts): Promise<StageResult> {
  const limit = ports.configuration.OUTBOX_BATCH_ENTRIES;
  const deadBeforeMs = ports.clock.now() - ports.configuration.OUTBOX_DEAD_AFTER_MS;
  const isDead = (entry: WaitingEntry): boolean => entry.record.createdAtMs <= deadBeforeMs;

  const withoutVectors = waitingEntries(queue, "vectors", limit).filter(isDead);
  queue.remove(seqsOf(withoutVectors));
  ports.meter.count("headgate_drained_records_total", { outcome: "without_vectors" }, withoutVectors.length);

  let moved = withoutVectors.length;
  for (const entry of waitingEntries(queue, "row", limit).filter(isDead)) {
    const written = await writeDeadLetter(entry, shard, ports.objectStore);
    if (!written.ok) return { moved, failed: true };
    queue.remove([entry.seq]);
    ports.meter.count("headgate_dead_letters_total");
    ports.logger.error("dead_letter_written", { recordId: entry.record.id, attempts: entry.attempts });
    moved += 1;
  }
  return moved === 0 ? IDLE : { moved, failed: false };
}
