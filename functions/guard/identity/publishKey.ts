import type { Database, KeyValue } from "../../contracts/ports.ts";
import { entryOfKey, keyFields, publishEntry } from "../leases/entries.ts";
import { readAdmissionFacts } from "../leases/store.ts";

/**
 * Tells Redis what Postgres now says of a key, and lowers the fence of that token ('' where none was raised).
 * Answers whether Redis knows.
 */
export async function publishKey(
  keyId: string,
  fenceToken: string,
  { database, keyValue }: { readonly database: Database; readonly keyValue: KeyValue },
): Promise<boolean> {
  const facts = await readAdmissionFacts(database, keyId, "");
  if (!facts.ok || facts.value === null) return false;
  const { key } = facts.value;
  return (await publishEntry(keyValue, entryOfKey(keyId), fenceToken, key.version, keyFields(facts.value)))
    .ok;
}
