import { z } from "zod";
import { fromPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, KeyValue, Random } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { entryOfKey, keyFields, publishEntry, raiseFence } from "../leases/entries.ts";
import { readAdmissionFacts } from "../leases/store.ts";
import type { Actor } from "./actor.ts";
import type { RevokedKey } from "./schema.ts";
import { NOT_YET_EVERYWHERE, storageProblem } from "./storageProblem.ts";
import { appendAudit, markRevoked, selectKeyId } from "./store.ts";

export interface RevokeKeyPorts {
  readonly random: Random;
  readonly database: Database;
  readonly keyValue: KeyValue;
}

const keyRowSchema = z.object({ key_id: z.string() });

/**
 * Revokes a key; it holds everywhere when the last lease ends, within LEASE_MS of the answer. Whatever dies on
 * the way, the key is closed rather than open: a fence goes up in Redis, Postgres commits, Redis learns the
 * outcome. While Redis is away, Postgres still commits, and the caller is told to repeat.
 */
export async function revokeKey(
  organizationId: string,
  publicId: string,
  actor: Actor,
  ports: RevokeKeyPorts,
): Promise<Outcome<RevokedKey, Problem>> {
  const { random, database, keyValue } = ports;
  const id = fromPublicId("key", publicId);
  if (id === null) return failed({ code: "not_found" });
  const found = await database.forOrg(organizationId, [selectKeyId(id)]);
  if (!found.ok) return failed(storageProblem(found.failure));
  const row = found.value[0]?.[0];
  if (row === undefined) return failed({ code: "not_found" });
  const keyId = keyRowSchema.parse(row).key_id;

  const fence = await raiseFence(keyValue, random, entryOfKey(keyId));
  const written = await database.forOrg(organizationId, [
    markRevoked(id),
    appendAudit(actor.id, "key.revoke", publicId, {}),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));

  const published = await publishKey(keyId, fence.ok ? fence.value : "", ports);
  return fence.ok || published ? done({ id: publicId, revoked: true }) : failed(NOT_YET_EVERYWHERE);
}

async function publishKey(
  keyId: string,
  fenceToken: string,
  { database, keyValue }: RevokeKeyPorts,
): Promise<boolean> {
  const facts = await readAdmissionFacts(database, keyId, "");
  if (!facts.ok || facts.value === null) return false;
  const { key } = facts.value;
  const entry = entryOfKey(keyId);
  return (await publishEntry(keyValue, entry, fenceToken, key.version, keyFields(facts.value))).ok;
}
