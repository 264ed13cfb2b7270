import { z } from "zod";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ObjectStore, ObjectStoreFailure } from "../../contracts/ports.ts";
import type { OutboxEntry } from "../../contracts/records.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { parseEntry } from "../../guard/seal/parseEntry.ts";

/** A letter to be opened later: the sealed record, and its image as it waited, still encrypted. */
const deadLetterSchema = z.object({
  version: z.literal(1),
  record: z.string(),
  image: z.object({ ciphertext: z.base64(), nonce: z.base64(), content_type: z.string() }).nullable(),
});

export const DEAD_PREFIX = "dead/";

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Writes an entry that could not be stored where it waits for an operator. */
export function writeDeadLetter(
  { record, image }: OutboxEntry,
  shard: string,
  objectStore: ObjectStore,
): Promise<Outcome<undefined, ObjectStoreFailure>> {
  const letter: z.infer<typeof deadLetterSchema> = {
    version: 1,
    record: JSON.stringify(record),
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
  return objectStore.put(
    `${DEAD_PREFIX}${shard.replace(":", "/")}/${record.id}.json`,
    body,
    "application/json",
  );
}

/** Reads a dead letter back into an entry; fails on what is none. */
export function readDeadLetter(body: Uint8Array): Outcome<OutboxEntry, "unreadable"> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return failed("unreadable");
  }
  const letter = deadLetterSchema.safeParse(json);
  if (!letter.success) return failed("unreadable");
  const { record, image } = letter.data;
  return done(
    parseEntry(
      record,
      image === null
        ? null
        : {
            ciphertext: fromBase64(image.ciphertext),
            nonce: fromBase64(image.nonce),
            contentType: image.content_type,
          },
    ),
  );
}
