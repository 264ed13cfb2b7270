import type { OutboxEntry } from "../../contracts/records.ts";
import type { AppendRequest } from "./entryQueue.ts";

const bufferOf = (bytes: Uint8Array<ArrayBuffer>): ArrayBuffer =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;

/** A sealed entry in the form in which it crosses into the outbox: text, and ciphertext. */
export function appendRequestOf({ record, image }: OutboxEntry): AppendRequest {
  return {
    id: record.id,
    createdAtMs: record.createdAtMs,
    record: JSON.stringify(record),
    subjectRef: record.subjectRef,
    episodeId: record.metadata.episodeId,
    step: record.metadata.step,
    contentHash: record.contentHash,
    image:
      image === null
        ? null
        : {
            ciphertext: bufferOf(image.ciphertext),
            nonce: bufferOf(image.nonce),
            contentType: image.contentType,
          },
  };
}
