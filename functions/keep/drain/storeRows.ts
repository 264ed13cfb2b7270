import { z } from "zod";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { DatabaseFailure } from "../../contracts/ports.ts";
import type { Sealed, StorableRecord } from "../../contracts/records.ts";
import { reseal } from "../../guard/seal/reseal.ts";
import type { EntryQueue } from "../outbox/entryQueue.ts";
import { markOrder } from "../records/markOrder.ts";
import { payloadOf } from "../records/payload.ts";
import { storeRecords } from "../records/store.ts";
import { type DrainPorts, IDLE, type StageResult } from "./drainPorts.ts";
import { readLedger } from "./readLedger.ts";
import { ledgerRef, seqsOf, type WaitingEntry, waitingEntries } from "./waitingEntry.ts";

const idSchema = z.object({ id: z.string() });
const markSchema = z.object({ rule: z.string() });

/**
 * First stage: rows. One statement stores what the ledger allows at that moment; what it refused is read
 * anew, reduced to the tier that holds now or dropped, and stored with the next batch.
 */
export async function storeRows(
  queue: EntryQueue,
  organizationId: string,
  ports: DrainPorts,
): Promise<StageResult> {
  const entries = waitingEntries(queue, "row", ports.configuration.OUTBOX_BATCH_ENTRIES);
  if (entries.length === 0) return IDLE;

  const stored = await storeAllowed(organizationId, entries, ports);
  if (!stored.ok) return await storeByHalves(queue, organizationId, entries, stored.failure, ports);

  const settled = entries.filter((entry) => stored.value.has(entry.record.id));
  moveOn(queue, settled);
  ports.meter.count("headgate_drained_records_total", { outcome: "stored" }, settled.length);

  const refused = entries.filter((entry) => !stored.value.has(entry.record.id));
  if (refused.length === 0) return { moved: settled.length, failed: false };
  const reduced = await storeReduced(queue, organizationId, refused, ports);
  return { moved: settled.length + reduced.moved, failed: reduced.failed };
}

async function storeAllowed(
  organizationId: string,
  entries: readonly { record: Sealed<StorableRecord> }[],
  ports: DrainPorts,
): Promise<Outcome<Set<string>, DatabaseFailure>> {
  const records = await Promise.all(
    entries.map(async ({ record }) => ({
      record,
      payload: await payloadOf(record, ports.configuration.BODY_COMPRESS_OVER_BYTES),
    })),
  );
  const order = markOrder(
    organizationId,
    entries.map(({ record }) => record),
  );
  const answer = await ports.database.forOrg(organizationId, [
    storeRecords(organizationId, records),
    ...(order === null ? [] : [order]),
  ]);
  if (!answer.ok) return answer;
  for (const row of answer.value[1] ?? []) {
    ports.meter.count("headgate_gate_warnings_total", { rule: markSchema.parse(row).rule });
  }
  return done(new Set((answer.value[0] ?? []).map((row) => idSchema.parse(row).id)));
}

/** One bad row must not hold up the others: a batch that the database refuses is stored by halves. */
async function storeByHalves(
  queue: EntryQueue,
  organizationId: string,
  entries: readonly WaitingEntry[],
  failure: DatabaseFailure,
  ports: DrainPorts,
): Promise<StageResult> {
  ports.logger.warn("drain_failed", {
    part: "postgres",
    failureKind: failure.kind,
    organizationId,
    entries: entries.length,
  });
  ports.meter.count("headgate_drain_failures_total", { part: "postgres" });
  const away = failure.kind === "unavailable" || failure.kind === "timeout";
  if (away || entries.length === 1) {
    queue.countAttempt(seqsOf(entries));
    return { moved: 0, failed: true };
  }
  let moved = 0;
  let failed = false;
  const middle = Math.ceil(entries.length / 2);
  for (const half of [entries.slice(0, middle), entries.slice(middle)]) {
    const stored = await storeAllowed(organizationId, half, ports);
    if (stored.ok) {
      const settled = half.filter((entry) => stored.value.has(entry.record.id));
      moveOn(queue, settled);
      moved += settled.length;
    } else {
      const halves = await storeByHalves(queue, organizationId, half, stored.failure, ports);
      moved += halves.moved;
      failed ||= halves.failed;
    }
  }
  return { moved, failed };
}

async function storeReduced(
  queue: EntryQueue,
  organizationId: string,
  refused: readonly WaitingEntry[],
  ports: DrainPorts,
): Promise<StageResult> {
  const ledger = await readLedger(ports.database, organizationId, refused.map(ledgerRef));
  if (!ledger.ok) return { moved: 0, failed: true };

  const lower = refused.map((entry) => ({
    entry,
    record: reseal(entry.record, ledger.value(ledgerRef(entry)).tier),
  }));
  const reduced = lower.flatMap(({ entry, record }) => (record === null ? [] : [{ entry, record }]));
  const stored =
    reduced.length === 0 ? done(new Set<string>()) : await storeAllowed(organizationId, reduced, ports);
  if (!stored.ok) return { moved: 0, failed: true };

  const kept = reduced.filter(({ record }) => stored.value.has(record.id));
  // A lower tier keeps no image, whatever it was sealed with.
  queue.dropImages(
    seqsOf(kept.filter(({ record }) => record.instruction !== null).map(({ entry }) => entry)),
  );
  queue.remove(seqsOf(kept.filter(({ record }) => record.instruction === null).map(({ entry }) => entry)));

  // The ledger may have moved once more in between: only what it refuses twice, or outright, is forbidden.
  const left = lower.filter(({ record }) => record === null || !stored.value.has(record.id));
  const forbidden = left
    .filter(({ entry, record }) => record === null || entry.attempts > 0)
    .map(({ entry }) => entry);
  queue.remove(seqsOf(forbidden));
  queue.countAttempt(seqsOf(left.map(({ entry }) => entry)));
  ports.meter.count("headgate_drained_records_total", { outcome: "reduced" }, kept.length);
  ports.meter.count("headgate_drained_records_total", { outcome: "withheld" }, forbidden.length);
  ports.meter.count(
    "headgate_records_withheld_total",
    { part: "all", reason: "withdrawn" },
    forbidden.length,
  );
  return { moved: kept.length + forbidden.length, failed: left.length > forbidden.length };
}

/** After its row an entry still owes an image, or vectors, or nothing. */
function moveOn(queue: EntryQueue, entries: readonly WaitingEntry[]): void {
  const pictured = entries.filter((entry) => entry.hasImage);
  const plain = entries.filter((entry) => !entry.hasImage);
  queue.advance(seqsOf(pictured), "image");
  queue.advance(seqsOf(plain.filter(({ record }) => record.instruction !== null)), "vectors");
  queue.remove(seqsOf(plain.filter(({ record }) => record.instruction === null)));
}
