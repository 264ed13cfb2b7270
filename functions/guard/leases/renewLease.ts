import { absorbReply, tierOfReply } from "./absorbReply.ts";
import type { AdmissionRequest, Background } from "./admission.ts";
import { type IsolateMemory, tierKey } from "./isolateMemory.ts";
import type { KeyState, TierVerdict } from "./keyState.ts";
import { takeLease } from "./takeLease.ts";

/** Renews lease and tier behind the answer of a request that still goes on under the old ones. */
export function renewLease(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  tier: TierVerdict,
  background: Background,
): void {
  if (!memory.redis.mayAsk()) return;
  const nowMs = memory.clock.now();
  state.renewalStartedAtMs = nowMs;
  memory.tierRenewals.set(tierKey(state, request.subject), nowMs);
  background(renew(memory, state, request, tier, background));
}

async function renew(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  tier: TierVerdict,
  background: Background,
): Promise<void> {
  const askedAtMs = memory.clock.now();
  const question = {
    scope: request.scope,
    subjectDigest: tier.digest,
    needsUnit: false,
    needsSlot: false,
    idempotency: null,
  };
  const answer = await takeLease(memory, state, question, null);
  if (!answer.ok) {
    memory.redis.failed();
    return;
  }
  memory.redis.succeeded();
  const reply = answer.value;
  // What Redis forgot is read from Postgres by the next request, which has to wait for it anyway.
  if (reply.status === "miss") return;
  const renewed = await tierOfReply(memory, state, request.subject, reply, askedAtMs);
  absorbReply(memory, state, request.subject, { reply, askedAtMs }, renewed, background);
}
