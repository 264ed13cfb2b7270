import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Pending, StorableRecord } from "../../contracts/records.ts";
import { dataKey } from "./dataKey.ts";

const encoder = new TextEncoder();

/**
 * Decrypts what waits beside a record. Fails where key, record or bytes are not those that were sealed
 * together: another seed, another record's ciphertext, one changed bit.
 */
export async function openPending(
  pending: Pending,
  record: Pick<StorableRecord, "id" | "organizationId" | "subjectRef" | "consentEventId">,
  keySeed: string,
  pendingSecret: string,
): Promise<Outcome<Uint8Array<ArrayBuffer>, "cannot_decrypt">> {
  const key = await dataKey(pendingSecret, keySeed, record);
  const algorithm = { name: "AES-GCM", iv: pending.nonce, additionalData: encoder.encode(record.id) };
  try {
    return done(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, pending.ciphertext)));
  } catch {
    return failed("cannot_decrypt");
  }
}
