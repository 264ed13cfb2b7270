import type { EntryQueue } from "../outbox/entryQueue.ts";
import type { OutboxRow } from "../outbox/schema.ts";
import { writeDeadLetter } from "./deadLetter.ts";
import type { DrainPorts, StageResult } from "./drainPorts.ts";

/**
 * What has waited too long leaves the outbox: an entry without a row goes to dead/, from where one command
 * brings it back, and so does at once what cannot be read; an entry whose vectors cannot be made stays
 * stored without them.
 */
export async function buryDead(queue: EntryQueue, shard: string, ports: DrainPorts): Promise<StageResult> {
  const limit = ports.configuration.OUTBOX_BATCH_ENTRIES;
  const deadBeforeMs = ports.clock.now() - ports.configuration.OUTBOX_DEAD_AFTER_MS;
  const isDead = (row: OutboxRow): boolean => row.created_at_ms <= deadBeforeMs;

  const withoutVectors = queue.oldest("vectors", limit).filter(isDead);
  queue.remove(withoutVectors.map((row) => row.seq));
  ports.meter.count("headgate_drained_records_total", { outcome: "without_vectors" }, withoutVectors.length);

  const buried: OutboxRow[] = [];
  let failed = false;
  for (const row of [...queue.oldest("row", limit).filter(isDead), ...queue.oldest("unreadable", limit)]) {
    const letter = { id: row.id, record: row.record, image: queue.images([row.seq])[0] ?? null };
    const written = await writeDeadLetter(letter, shard, ports.objectStore);
    failed = !written.ok;
    if (failed) break;
    buried.push(row);
    ports.meter.count("headgate_dead_letters_total");
    ports.logger.error("dead_letter_written", { recordId: row.id, attempts: row.attempts });
  }
  queue.release(buried);
  return { moved: withoutVectors.length + buried.length, failed };
}
