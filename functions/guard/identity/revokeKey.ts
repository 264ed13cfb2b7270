import { z } from "zod";
import { toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database, KeyValue, Random } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { entryOfKey, raiseFence } from "../leases/entries.ts";
import type { Actor } from "./actor.ts";
import { keyRowSchema, selectKey } from "./keyRow.ts";
import { lockKeys, revokeOnce, selectIsLastKeeper } from "./keyStore.ts";
import { publishKey } from "./publishKey.ts";
import { findKey } from "./readKeys.ts";
import type { RevokedKey } from "./schema.ts";
import { NOT_YET_EVERYWHERE, storageProblem } from "./storageProblem.ts";
import { appendAudit } from "./store.ts";

export interface RevokeKeyPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly keyValue: KeyValue;
}

export interface RevokeKeyOptions {
  /** Whether to revoke even the last active key of the organization that may make keys. */
  readonly force?: boolean;
}

const LOCKS_OUT: Problem = {
  code: "conflict",
  detail:
    "This is the organization's last active key that may make keys. Make another first, or say `?force=true`.",
};

const isLastSchema = z.object({ is_last: z.boolean() });

/**
 * Revokes a key; it holds everywhere when the last lease ends, within LEASE_MS of the answer. Whatever dies on
 * the way, the key is closed rather than open: a fence goes up in Redis, Postgres commits, Redis learns the
 * outcome. While Redis is away, Postgres still commits, and the caller is told to repeat. The last key with
 * which an organization could make others stays, unless the caller insists.
 */
export async function revokeKey(
  organizationId: string,
  publicId: string,
  actor: Actor,
  ports: RevokeKeyPorts,
  { force = false }: RevokeKeyOptions = {},
): Promise<Outcome<RevokedKey, Problem>> {
  const found = await findKey(organizationId, publicId, ports.database);
  if (!found.ok) return found;
  const { id, key_id: keyId } = found.value;
  const now = new Date(ports.clock.now()).toISOString();
  // Asked before the fence goes up: a refusal must not close the key even for a moment.
  const spared = force ? null : await lockOutProblem(organizationId, id, now, ports);
  if (spared !== null) return failed(spared);

  const fence = await raiseFence(ports.keyValue, ports.random, entryOfKey(keyId));
  const written = await ports.database.forOrg(organizationId, [
    lockKeys(organizationId),
    revokeOnce(id, now, force, appendAudit(actor.id, "key.revoke", publicId, { force })),
    selectKey(id),
  ]);
  if (!written.ok) return failed(storageProblem(written.failure));
  const published = await publishKey(keyId, fence.ok ? fence.value : "", ports);
  // Somebody else may have closed the other keys since it was asked.
  if (keyRowSchema.parse(written.value[2]?.[0]).revoked_at_ms === null) return failed(LOCKS_OUT);
  return fence.ok || published
    ? done({ id: toPublicId("key", id), revoked: true })
    : failed(NOT_YET_EVERYWHERE);
}

async function lockOutProblem(
  organizationId: string,
  id: string,
  now: string,
  { database }: RevokeKeyPorts,
): Promise<Problem | null> {
  const asked = await database.forOrg(organizationId, [selectIsLastKeeper(id, now)]);
  if (!asked.ok) return storageProblem(asked.failure);
  return isLastSchema.parse(asked.value[0]?.[0]).is_last ? LOCKS_OUT : null;
}
