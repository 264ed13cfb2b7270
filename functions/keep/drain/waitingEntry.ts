import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { OutboxEntry } from "../../contracts/records.ts";
import { parseEntry } from "../../guard/seal/parseEntry.ts";
import type { EntryQueue } from "../outbox/entryQueue.ts";
import type { OutboxRow, Stage } from "../outbox/schema.ts";

/** An entry of the outbox, read back, with its place in the queue. */
export interface WaitingEntry extends OutboxEntry {
  readonly seq: number;
  readonly attempts: number;
}

/**
 * The oldest entries of a stage, read back through the seal step, the only one that may make them. One that
 * cannot be read is set aside for `buryDead`.
 */
export function waitingEntries(queue: EntryQueue, stage: Stage, limit: number): WaitingEntry[] {
  const read = queue.oldest(stage, limit).map((row) => ({ row, entry: readEntry(row) }));
  const unreadable = read.filter(({ entry }) => !entry.ok).map(({ row }) => row.seq);
  if (unreadable.length > 0) queue.advance(unreadable, "unreadable");
  return read.flatMap(({ row, entry }) =>
    entry.ok ? [{ ...entry.value, seq: row.seq, attempts: row.attempts }] : [],
  );
}

/** The image of a row as it waits: ciphertext, and what opens it with the right key. */
export const waitingImage = ({ image, nonce, image_type: contentType }: OutboxRow) =>
  image === null || nonce === null || contentType === null
    ? null
    : { ciphertext: new Uint8Array(image), nonce: new Uint8Array(nonce), contentType };

function readEntry(row: OutboxRow): Outcome<OutboxEntry, "unreadable"> {
  try {
    return done(parseEntry(row.record, waitingImage(row)));
  } catch {
    return failed("unreadable");
  }
}

export const seqsOf = (entries: readonly WaitingEntry[]): number[] => entries.map((entry) => entry.seq);

/** The ledger's name for a record's stream: its subject, or '' for the person-free one. */
export const ledgerRef = (entry: OutboxEntry): string => entry.record.subjectRef ?? "";
