import type { EntryQueue } from "../outbox/entryQueue.ts";
import { organizationOfShard } from "../outbox/shards.ts";
import { buryDead } from "./buryDead.ts";
import type { DrainPorts, StageResult } from "./drainPorts.ts";
import { storeFrames } from "./storeFrames.ts";
import { storeRows } from "./storeRows.ts";
import { storeVectors } from "./storeVectors.ts";

/** Whether anything still waits, and in how many milliseconds to come back for it. */
export interface DrainReport {
  readonly waiting: boolean;
  readonly nextDrainInMs: number;
}

/**
 * Carries what waits in one outbox on its way: rows, then images, then vectors, each stage idempotent. Never
 * throws away what was not stored: what fails is tried again, ever more slowly, and ends in dead/.
 */
export async function drainOutbox(
  queue: EntryQueue,
  shard: string,
  ports: DrainPorts,
  delayMs = ports.configuration.OUTBOX_DRAIN_DELAY_MS,
): Promise<DrainReport> {
  const { clock, meter } = ports;
  const organizationId = organizationOfShard(shard);
  const startedAtMs = clock.now();
  queue.forget(startedAtMs);

  const results = [
    await storeRows(queue, organizationId, ports),
    await storeFrames(queue, organizationId, ports),
    await storeVectors(queue, organizationId, ports),
    await buryDead(queue, shard, ports),
  ];

  const depth = queue.depth();
  meter.set("headgate_outbox_entries", depth.entries, { shard });
  const oldestAgeMs = depth.oldestAtMs === null ? 0 : Math.max(0, clock.now() - depth.oldestAtMs);
  meter.set("headgate_outbox_oldest_age_seconds", oldestAgeMs / 1000, { shard });

  return {
    waiting: depth.entries > 0,
    nextDrainInMs: pauseMs(results, oldestAgeMs, delayMs, ports.configuration),
  };
}

/**
 * At once after a full batch, for more is waiting; after a pause otherwise, so that batches fill; when frames
 * are due that wait for company; and ever more slowly while something fails.
 */
function pauseMs(
  results: readonly StageResult[],
  oldestAgeMs: number,
  delayMs: number,
  { OUTBOX_BATCH_ENTRIES, OUTBOX_RETRY_MAX_MS }: DrainPorts["configuration"],
): number {
  if (results.some((result) => result.moved >= OUTBOX_BATCH_ENTRIES)) return 0;
  if (results.some((result) => result.moved > 0)) return delayMs;
  if (results.some((result) => result.failed)) {
    return Math.min(OUTBOX_RETRY_MAX_MS, Math.max(delayMs, oldestAgeMs));
  }
  const dueInMs = results.flatMap((result) => (result.dueInMs === undefined ? [] : [result.dueInMs]));
  return Math.max(delayMs, Math.min(...dueInMs, OUTBOX_RETRY_MAX_MS));
}
