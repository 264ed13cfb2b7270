import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { OutboxEntry } from "../../contracts/records.ts";
import { parseEntry } from "../../guard/seal/parseEntry.ts";
import type { EntryQueue } from "../outbox/entryQueue.ts";
import type { OutboxImage, OutboxRow, Stage } from "../outbox/schema.ts";

/** An entry of the outbox, read back, with its place in the queue. Its image is read only where it is needed. */
export interface WaitingEntry extends Pick<OutboxEntry, "record"> {
  readonly seq: number;
  readonly attempts: number;
  readonly hasImage: boolean;
}

/** The same with its image, still encrypted. */
export interface WaitingImage extends OutboxEntry {
  readonly seq: number;
  readonly attempts: number;
}

/** The oldest entries of a stage. One that cannot be read is set aside for `buryDead`. */
export const waitingEntries = (queue: EntryQueue, stage: Stage, limit: number): WaitingEntry[] =>
  readable(queue, queue.oldest(stage, limit), (row) => ({
    record: parseEntry(row.record, null).record,
    seq: row.seq,
    attempts: row.attempts,
    hasImage: row.has_image,
  }));

/** These entries with their images; what has none is left out. */
export function withImages(queue: EntryQueue, rows: readonly OutboxRow[]): WaitingImage[] {
  const images = new Map<number, OutboxImage>(
    queue.images(rows.map((row) => row.seq)).map((image) => [image.seq, image]),
  );
  const pictured = rows.filter((row) => images.has(row.seq));
  return readable(queue, pictured, (row) => ({
    ...parseEntry(row.record, images.get(row.seq) ?? null),
    seq: row.seq,
    attempts: row.attempts,
  }));
}

/** Reads rows back through the seal step, the only one that may make sealed records. */
function readable<Entry>(
  queue: EntryQueue,
  rows: readonly OutboxRow[],
  read: (row: OutboxRow) => Entry,
): Entry[] {
  const entries = rows.map((row) => ({ row, entry: attempt(() => read(row)) }));
  const unreadable = entries.filter(({ entry }) => !entry.ok).map(({ row }) => row.seq);
  if (unreadable.length > 0) queue.advance(unreadable, "unreadable");
  return entries.flatMap(({ entry }) => (entry.ok ? [entry.value] : []));
}

function attempt<Entry>(read: () => Entry): Outcome<Entry, "unreadable"> {
  try {
    return done(read());
  } catch {
    return failed("unreadable");
  }
}

export const seqsOf = (entries: readonly { readonly seq: number }[]): number[] =>
  entries.map((entry) => entry.seq);

/** The ledger's name for a record's stream: its subject, or '' for the person-free one. */
export const ledgerRef = ({ record }: Pick<OutboxEntry, "record">): string => record.subjectRef ?? "";
