import { toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, KeyValue } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { entryOfKey, raiseFence } from "../leases/entries.ts";
import type { Actor } from "./actor.ts";
import { commitAndRead } from "./commitAndRead.ts";
import type { CreateKeyPorts } from "./createKey.ts";
import { type KeyRow, keyOf, keyRowSchema, keyState, selectKey } from "./keyRow.ts";
import { type KeySecret, makeKeySecret } from "./keySecret.ts";
import { revokeOnce, rotateInto, whereKeyExists } from "./keyStore.ts";
import { publishKey } from "./publishKey.ts";
import { findKey } from "./readKeys.ts";
import { expiryProblem, scopeProblem } from "./refuseKey.ts";
import type { RotatedKey, RotateKeyRequest } from "./schema.ts";
import { NOT_YET_EVERYWHERE, storageProblem } from "./storageProblem.ts";
import { appendAudit } from "./store.ts";

export interface RotateKeyPorts extends CreateKeyPorts {
  readonly keyValue: KeyValue;
}

const CLOSED: Problem = {
  code: "conflict",
  detail: "This key is revoked or has expired; make a new one instead.",
};

const NOTHING_CHANGED: Problem = {
  code: "storage_unavailable",
  detail: "The old key's end could not be made known everywhere, so nothing was changed. Repeat the request.",
  retryAfterSeconds: 1,
};

/**
 * Makes a key like an old one, which opens for `overlap_seconds` more; 0 closes it at once, as a revocation
 * does. Redis is asked before anything is stored: while it is away, the old key goes on and there is no new
 * one. Both rows are one transaction, so there is no moment without a key that opens.
 */
export async function rotateKey(
  organizationId: string,
  publicId: string,
  request: RotateKeyRequest,
  actor: Actor,
  ports: RotateKeyPorts,
): Promise<Outcome<RotatedKey, Problem>> {
  const found = await findKey(organizationId, publicId, ports.database);
  if (!found.ok) return found;
  const old = found.value;
  const problem = rotationProblem(old, request, actor, ports.clock);
  if (problem !== null) return failed(problem);
  const fence = await reachRedis(old, request, ports);
  if (!fence.ok) return failed(NOTHING_CHANGED);

  const secret = await makeKeySecret(old.environment, ports);
  const rows = await storeRotation(organizationId, old, secret, request, actor, ports);
  if (!rows.ok) return rows;
  const published = await publishKey(old.key_id, fence.value, ports);
  if (rows.value === null) return failed(CLOSED);
  // A fence has dropped what Redis knew; without one, Redis may open the old key longer than was promised.
  if (!published && request.overlap_seconds > 0) {
    await withdraw(organizationId, secret.id, actor, ports);
    return failed(NOT_YET_EVERYWHERE);
  }
  const { fresh, previous } = rows.value;
  const expiresAtMs = previous.expires_at_ms ?? ports.clock.now();
  return done({
    ...keyOf(fresh, ports.clock.now()),
    key: secret.text,
    previous: { id: publicId, expires_at: new Date(expiresAtMs).toISOString() },
  });
}

function rotationProblem(old: KeyRow, request: RotateKeyRequest, actor: Actor, clock: Clock): Problem | null {
  if (keyState(old, clock.now()) !== "active") return CLOSED;
  return scopeProblem(old.scopes, actor) ?? expiryProblem(request.expires_at, clock.now());
}

/** Raises the fence where the old key is to close at once; else only makes sure that Redis will hear of its end. */
async function reachRedis(
  old: KeyRow,
  request: RotateKeyRequest,
  { keyValue, random }: RotateKeyPorts,
): Promise<Outcome<string, "away">> {
  const entry = entryOfKey(old.key_id);
  if (request.overlap_seconds === 0) return raiseFence(keyValue, random, entry);
  return (await keyValue.pipeline([["EXISTS", entry.key]])).ok ? done("") : failed("away");
}

interface RotatedRows {
  readonly fresh: KeyRow;
  readonly previous: KeyRow;
}

/** Stores old, new and both audit entries. Null: the old key was closed meanwhile, and nothing was stored. */
async function storeRotation(
  organizationId: string,
  old: KeyRow,
  secret: KeySecret,
  { overlap_seconds, expires_at }: RotateKeyRequest,
  actor: Actor,
  { clock, database }: RotateKeyPorts,
): Promise<Outcome<RotatedRows | null, Problem>> {
  const nowMs = clock.now();
  const now = new Date(nowMs).toISOString();
  const closesAt = new Date(nowMs + overlap_seconds * 1000).toISOString();
  const oldPublicId = toPublicId("key", old.id);
  const publicId = toPublicId("key", secret.id);
  const audit = (action: string, target: string, detail: Readonly<Record<string, unknown>>) =>
    whereKeyExists(secret.id, appendAudit(actor.id, action, target, detail));
  const { scopes, environment, max_tier } = old;
  const written = await commitAndRead(
    database,
    organizationId,
    [
      rotateInto({ oldId: old.id, now, closesAt, secret, expiresAt: expires_at ?? null }),
      audit("key.rotate", oldPublicId, { rotated_into: publicId, overlap_seconds }),
      audit("key.create", publicId, { scopes, environment, max_tier, rotated_from: oldPublicId }),
    ],
    [selectKey(secret.id), selectKey(old.id)],
  );
  if (!written.ok) return failed(storageProblem(written.failure));
  const [fresh, previous] = written.value;
  if (fresh === undefined) return done(null);
  return done({ fresh: keyRowSchema.parse(fresh), previous: keyRowSchema.parse(previous) });
}

/** Closes a new key that nobody will be shown. Whether it succeeds matters little: nobody has its text. */
async function withdraw(
  organizationId: string,
  id: string,
  actor: Actor,
  { clock, database }: RotateKeyPorts,
): Promise<void> {
  const entry = appendAudit(actor.id, "key.revoke", toPublicId("key", id), { reason: "never_shown" });
  await database.forOrg(organizationId, [revokeOnce(id, new Date(clock.now()).toISOString(), true, entry)]);
}
