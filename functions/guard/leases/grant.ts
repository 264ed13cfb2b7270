import { weakerTier } from "../../contracts/tiers.ts";
import type { Background, Grant } from "./admission.ts";
import { flatten } from "./flatten.ts";
import type { IsolateMemory } from "./isolateMemory.ts";
import type { KeyState, TierVerdict, Verdict } from "./keyState.ts";
import { limitsOf } from "./limitsOf.ts";
import { FREE_LOCK, STORE_ANSWER } from "./lua.ts";

/** The lock that an idempotent request holds in Redis. */
export interface IdempotencyLock {
  readonly key: string;
  readonly owner: string;
}

export interface GrantParts {
  readonly memory: IsolateMemory;
  readonly state: KeyState;
  readonly verdict: Verdict;
  readonly tier: TierVerdict;
  /** The ticket of this request. */
  readonly ticket: number;
  readonly nowMs: number;
  readonly lock: IdempotencyLock | null;
  readonly background: Background;
}

/**
 * Makes the grant of an admitted request, and counts it as used. Every way of being admitted ends here, so here
 * the key's own strongest tier is applied: what the ledger allows beyond it is not allowed to this caller.
 */
export function createGrant(parts: GrantParts, scope: string): Grant {
  const { memory, state, verdict, tier, ticket, nowMs } = parts;
  const { maxTier } = verdict.facts;
  state.usage.add(nowMs, scope);
  const lock = parts.lock === null ? null : lockEnds(parts, parts.lock);
  let released = false;
  return {
    organizationId: verdict.facts.organizationId,
    keyId: verdict.facts.keyUuid,
    scopes: verdict.facts.scopes,
    defaults: verdict.facts.defaults,
    consent: {
      tier: maxTier === null ? tier.tier : weakerTier(tier.tier, maxTier),
      eventId: tier.eventId,
      subjectRef: tier.subjectRef === "" ? null : tier.subjectRef,
      keySeed: tier.keySeed,
    },
    limits: limitsOf(state, nowMs),
    complete: (body) => lock?.complete(body),
    release: () => {
      if (released) return;
      released = true;
      state.tickets.release(ticket);
      lock?.release();
    },
  };

  function lockEnds({ background }: GrantParts, { key, owner }: IdempotencyLock) {
    let completed = false;
    return {
      complete(body: string): void {
        if (completed) return;
        completed = true;
        const ttl = memory.configuration.IDEMPOTENCY_TTL_MS;
        background(memory.keyValue.run(STORE_ANSWER, [key], flatten({ owner, body, ttl })));
      },
      release(): void {
        if (!completed) freeLock(memory, { key, owner }, background);
      },
    };
  }
}

/** Frees the lock of a request that ends without an answer to replay. */
export function freeLock(
  memory: IsolateMemory,
  { key, owner }: IdempotencyLock,
  background: Background,
): void {
  background(memory.keyValue.run(FREE_LOCK, [key], flatten({ owner })));
}
