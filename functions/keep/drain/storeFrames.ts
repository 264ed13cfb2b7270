import { z } from "zod";
import type { SealedImages } from "../../guard/seal/anonymizeImages.ts";
import type { EntryQueue } from "../outbox/entryQueue.ts";
import type { OutboxRow } from "../outbox/schema.ts";
import { noteFrames, type StoredFrames, withholdImages } from "../records/store.ts";
import { cutByBytes } from "./cutByBytes.ts";
import { type DrainPorts, IDLE, type StageResult } from "./drainPorts.ts";
import { packFrames } from "./framePack.ts";
import { isKeyframe } from "./keyframe.ts";
import { type Prepared, prepareFrames } from "./prepareFrames.ts";
import { readLedger } from "./readLedger.ts";
import { ledgerRef, seqsOf, type WaitingImage, withImages } from "./waitingEntry.ts";

/** Entries looked at in one pass: enough for a few full packs. */
const ENTRIES_PER_PASS = 512;

/** After so long rows, which wait for nobody, have their turn again. */
const PASS_MS = 2000;

const idSchema = z.object({ id: z.string() });

/**
 * Second stage: images. What the ledger still allows is anonymized, packed by episode, written to the object
 * store, and only then noted in its row; an image that cannot be anonymized is given up, and the row says so.
 */
export async function storeFrames(
  queue: EntryQueue,
  organizationId: string,
  ports: DrainPorts,
): Promise<StageResult> {
  const { due, dueInMs } = duePacks(queue.oldest("image", ENTRIES_PER_PASS), ports);
  const startedAtMs = ports.clock.now();
  let moved = 0;
  let failed = false;
  const packs = due.flatMap((rows) => cutByBytes(queue, rows, ports.configuration.FRAME_PACK_MAX_BYTES));
  for (const rows of packs) {
    const result = await storePack(queue, organizationId, withImages(queue, rows), ports);
    moved += result.moved;
    failed ||= result.failed;
    if (result.failed || ports.clock.now() - startedAtMs > PASS_MS) break;
  }
  return { moved, failed, ...(dueInMs === null ? {} : { dueInMs }) };
}

/** Frames of one stream and episode share an object; a pack is due when it is full or has waited enough. */
function duePacks(
  waiting: readonly OutboxRow[],
  { configuration, clock }: DrainPorts,
): { due: OutboxRow[][]; dueInMs: number | null } {
  const { FRAME_PACK_FRAMES, FRAME_PACK_MAX_AGE_MS } = configuration;
  const nowMs = clock.now();
  const dueInMs = (pack: readonly OutboxRow[]): number => {
    const oldestAtMs = Math.min(...pack.map((row) => row.created_at_ms));
    const isEpisode = !pack[0]?.stream.endsWith(" ");
    return pack.length >= FRAME_PACK_FRAMES || !isEpisode
      ? 0
      : Math.max(0, oldestAtMs + FRAME_PACK_MAX_AGE_MS - nowMs);
  };
  const packs = [...Map.groupBy(waiting, (row) => row.stream).values()].flatMap((rows) =>
    Array.from({ length: Math.ceil(rows.length / FRAME_PACK_FRAMES) }, (_, index) =>
      rows.slice(index * FRAME_PACK_FRAMES, (index + 1) * FRAME_PACK_FRAMES),
    ),
  );
  const later = packs.map(dueInMs).filter((inMs) => inMs > 0);
  return {
    due: packs.filter((pack) => dueInMs(pack) === 0),
    dueInMs: later.length === 0 ? null : Math.min(...later),
  };
}

async function storePack(
  queue: EntryQueue,
  organizationId: string,
  entries: readonly WaitingImage[],
  ports: DrainPorts,
): Promise<StageResult> {
  const ledger = await readLedger(ports.database, organizationId, entries.map(ledgerRef));
  if (!ledger.ok) return failedAt("postgres", ports);
  const prepared = await prepareFrames(entries, ledger.value, ports);
  return await storePrepared(queue, organizationId, prepared, ports);
}

async function storePrepared(
  queue: EntryQueue,
  organizationId: string,
  prepared: readonly Prepared[],
  ports: DrainPorts,
): Promise<StageResult> {
  const later = prepared.filter((item) => item.kind === "later").map((item) => item.entry);
  const isWaiting = prepared.some((item) => item.kind === "wait");
  const given = prepared.filter((item) => item.kind === "withhold").map((item) => item.entry);
  const framed = prepared.flatMap((item) => (item.kind === "frames" ? [item] : []));
  queue.countAttempt(seqsOf(later));

  if (given.length > 0) {
    const noted = await ports.database.forOrg(organizationId, [
      withholdImages(
        organizationId,
        given.map((entry) => entry.record),
      ),
    ]);
    if (!noted.ok) return failedAt("postgres", ports);
    queue.dropImages(seqsOf(given));
    ports.meter.count(
      "headgate_records_withheld_total",
      { part: "image", reason: "not_anonymized" },
      given.length,
    );
  }
  const stored = framed.length === 0 ? IDLE : await storeObject(queue, organizationId, framed, ports);
  return { moved: stored.moved + given.length, failed: stored.failed || isWaiting || later.length > 0 };
}

async function storeObject(
  queue: EntryQueue,
  organizationId: string,
  framed: readonly { entry: WaitingImage; images: SealedImages }[],
  ports: DrainPorts,
): Promise<StageResult> {
  const entries = framed.map(({ entry }) => entry);
  const { body, places } = packFrames(
    framed.flatMap(({ entry, images }) => images.map((image) => ({ id: entry.record.id, image }))),
  );
  const key = packKey(organizationId, entries);
  const put = await ports.objectStore.put(key, body, "application/vnd.headgate.frames");
  if (!put.ok) return failedAt("object_store", ports);

  const placesOf = Map.groupBy(places, ({ id }) => id);
  const frames = entries.map(
    ({ record: { id, createdAtMs } }): StoredFrames => ({
      id,
      createdAtMs,
      key,
      places: placesOf.get(id) ?? [],
    }),
  );
  const noted = await ports.database.forOrg(organizationId, [noteFrames(organizationId, frames)]);
  if (!noted.ok) return failedAt("postgres", ports);

  const kept = new Set((noted.value[0] ?? []).map((row) => idSchema.parse(row).id));
  const gone = entries.filter((entry) => !kept.has(entry.record.id));
  if (gone.length > 0) {
    // Rows were erased meanwhile: their frames must not stay in the object. The others are packed anew.
    queue.remove(seqsOf(gone));
    const removed = await ports.objectStore.delete([key]);
    return { moved: gone.length, failed: !removed.ok };
  }
  ports.meter.count("headgate_frames_stored_total", {}, places.length);
  moveOn(queue, entries, ports);
  return { moved: entries.length, failed: false };
}

/** What was stored need not wait as well. A keyframe owes its vector, a text too; another entry owes nothing. */
function moveOn(queue: EntryQueue, entries: readonly WaitingImage[], { configuration }: DrainPorts): void {
  const owesVector = ({ record }: WaitingImage): boolean =>
    record.instruction !== null || isKeyframe(record, configuration);
  queue.dropImages(seqsOf(entries.filter(owesVector)));
  queue.remove(seqsOf(entries.filter((entry) => !owesVector(entry))));
}

/** The same frames give the same key, so that a repeated put overwrites itself. */
function packKey(organizationId: string, entries: readonly WaitingImage[]): string {
  const first = entries[0]?.record;
  const day = new Date(first?.createdAtMs ?? 0).toISOString().slice(0, 10);
  return `frames/${organizationId}/${day}/${first?.id ?? "none"}.frames`;
}

/** Attempts of this stage are the anonymizer's alone: that a store is away says nothing against a picture. */
function failedAt(part: "postgres" | "object_store", ports: DrainPorts): StageResult {
  ports.meter.count("headgate_drain_failures_total", { part });
  return { moved: 0, failed: true };
}
