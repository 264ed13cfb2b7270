import { renewalDue } from "./absorbReply.ts";
import type { Admission, AdmissionRequest, Background } from "./admission.ts";
import { admitted } from "./admitted.ts";
import { type IsolateMemory, tierKey } from "./isolateMemory.ts";
import type { KeyState, TierVerdict } from "./keyState.ts";
import { limitsOf } from "./limitsOf.ts";
import { QUOTA_EXEMPT } from "./quotaExempt.ts";
import { forbidden, refuse } from "./refuse.ts";
import { renewLease } from "./renewLease.ts";

/** A renewal that has not ended after so long has died with its request. */
const RENEWAL_LOST_MS = 200;

/**
 * Decides from memory alone, in microseconds; null where Redis has to be asked. Shortly before the lease or
 * the tier runs out, one request has them renewed behind its own answer, so that none has to wait.
 */
export function admitWarm(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  nowMs: number,
  background: Background,
): Admission | null {
  if (state.refusal !== null) return nowMs < state.refusalEndsAtMs ? refuse(memory, state.refusal) : null;
  if (nowMs >= state.verifiedAtMs + memory.configuration.LEASE_MS) return null;
  const code = forbidden(state, request, nowMs);
  if (code !== null) return refuse(memory, code);
  const exhausted = refuseExhausted(memory, state, request, nowMs);
  if (exhausted !== null) return exhausted;

  if (request.idempotency !== null || nowMs >= state.leaseEndsAtMs) return null;
  if (state.units < 1 || state.occupied >= state.slots) return null;
  const tier = memory.tiers.get(tierKey(state, request.subject));
  if (tier === undefined || nowMs >= tier.askedAtMs + memory.configuration.LEASE_MS) return null;

  state.units -= 1;
  const ticket = state.tickets.take(nowMs);
  renewInTime(memory, state, request, tier, nowMs, background);
  return admitted({ memory, state, tier, ticket, nowMs, lock: null, background }, request.scope);
}

/** What Redis refused a moment ago is not asked again at once. */
function refuseExhausted(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  nowMs: number,
): Admission | null {
  if (state.units < 1 && nowMs < state.quotaShutUntilMs && !QUOTA_EXEMPT.has(request.scope))
    return refuse(memory, "quota_exceeded", state.quotaResetsAtMs - nowMs, limitsOf(state, nowMs));
  if (state.units < 1 && nowMs < state.rateShutUntilMs)
    return refuse(memory, "rate_limit", state.rateShutUntilMs - nowMs, limitsOf(state, nowMs));
  if (state.occupied >= state.slots && nowMs < state.slotsShutUntilMs)
    return refuse(memory, "concurrency_limit", memory.configuration.LEASE_MS, limitsOf(state, nowMs));
  return null;
}

function renewInTime(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  tier: TierVerdict,
  nowMs: number,
  background: Background,
): void {
  const leaseDue =
    renewalDue(memory, state.leaseStartedAtMs, nowMs) && nowMs - state.renewalStartedAtMs > RENEWAL_LOST_MS;
  const tierDue =
    renewalDue(memory, tier.askedAtMs, nowMs) &&
    nowMs - (memory.tierRenewals.get(tierKey(state, request.subject)) ?? 0) > RENEWAL_LOST_MS;
  if (leaseDue || tierDue) renewLease(memory, state, request, tier, background);
}
