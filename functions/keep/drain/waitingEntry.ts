import type { OutboxEntry } from "../../contracts/records.ts";
import { parseEntry } from "../../guard/seal/parseEntry.ts";
import type { EntryQueue } from "../outbox/entryQueue.ts";
import type { Stage } from "../outbox/schema.ts";

/** An entry of the outbox, read back, with its place in the queue. */
export interface WaitingEntry extends OutboxEntry {
  readonly seq: number;
  readonly attempts: number;
}

/** The oldest entries of a stage, read back through the seal step, the only one that may make them. */
export function waitingEntries(queue: EntryQueue, stage: Stage, limit: number): WaitingEntry[] {
  return queue.oldest(stage, limit).map((row) => {
    const image =
      row.image === null || row.nonce === null || row.image_type === null
        ? null
        : {
            ciphertext: new Uint8Array(row.image),
            nonce: new Uint8Array(row.nonce),
            contentType: row.image_type,
          };
    return { ...parseEntry(row.record, image), seq: row.seq, attempts: row.attempts };
  });
}

export const seqsOf = (entries: readonly WaitingEntry[]): number[] => entries.map((entry) => entry.seq);

/** The ledger's name for a record's stream: its subject, or '' for the person-free one. */
export const ledgerRef = (entry: OutboxEntry): string => entry.record.subjectRef ?? "";
