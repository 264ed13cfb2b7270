import { type OutboxEntry, type Pending, storableRecordSchema } from "../../contracts/records.ts";
import { markPending, markSealed } from "./brand.ts";

/**
 * Reads back an entry that an outbox, or a dead letter, kept: the record's JSON and the image's ciphertext.
 * What was sealed comes back sealed; throws (ZodError, SyntaxError) on what no outbox ever wrote, and on a
 * ciphertext beside a record that does not wait for one.
 */
export function parseEntry(
  recordJson: string,
  image: Pick<Pending, "ciphertext" | "nonce" | "contentType"> | null,
): OutboxEntry {
  const record = storableRecordSchema.parse(JSON.parse(recordJson));
  return { record: markSealed(record), image: image === null ? null : markPending(image) };
}
