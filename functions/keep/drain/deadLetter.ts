import { z } from "zod";
import { fromBase64, toBase64 } from "../../contracts/base64.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ObjectStore, ObjectStoreFailure } from "../../contracts/ports.ts";
import type { OutboxEntry, Pending } from "../../contracts/records.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { parseEntry } from "../../guard/seal/parseEntry.ts";

/** A letter to be opened later: the sealed record, and its image as it waited, still encrypted. */
const deadLetterSchema = z.object({
  version: z.literal(1),
  record: z.string(),
  image: z.object({ ciphertext: z.base64(), nonce: z.base64(), content_type: z.string() }).nullable(),
});

export const DEAD_PREFIX = "dead/";

/** What goes into a letter: a row of the outbox, readable or not. */
export interface Letter {
  readonly id: string;
  /** The sealed record as JSON. */
  readonly record: string;
  readonly image: Pick<Pending, "ciphertext" | "nonce" | "contentType"> | null;
}

/** Writes an entry that could not be stored where it waits for an operator. */
export function writeDeadLetter(
  { id, record, image }: Letter,
  shard: string,
  objectStore: ObjectStore,
): Promise<Outcome<undefined, ObjectStoreFailure>> {
  const letter: z.infer<typeof deadLetterSchema> = {
    version: 1,
    record,
    image:
      image === null
        ? null
        : {
            ciphertext: toBase64(image.ciphertext),
            nonce: toBase64(image.nonce),
            content_type: image.contentType,
          },
  };
  const body = utf8(JSON.stringify(letter));
  return objectStore.put(`${DEAD_PREFIX}${shard.replace(":", "/")}/${id}.json`, body, "application/json");
}

/** Reads a dead letter back into an entry; fails on what is none, or none that this version can read. */
export function readDeadLetter(body: Uint8Array): Outcome<OutboxEntry, "unreadable"> {
  try {
    const { record, image } = deadLetterSchema.parse(JSON.parse(new TextDecoder().decode(body)));
    const waiting =
      image === null
        ? null
        : {
            ciphertext: fromBase64(image.ciphertext),
            nonce: fromBase64(image.nonce),
            contentType: image.content_type,
          };
    return done(parseEntry(record, waiting));
  } catch {
    return failed("unreadable");
  }
}
