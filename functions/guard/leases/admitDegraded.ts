import type { Scope } from "../../contracts/scopes.ts";
import type { Admission, AdmissionRequest, Background } from "./admission.ts";
import { admitted } from "./admitted.ts";
import { type IsolateMemory, tierKey } from "./isolateMemory.ts";
import type { KeyState, TierVerdict } from "./keyState.ts";
import { limitsOf } from "./limitsOf.ts";
import { monthOf, nextMonthMs } from "./periods.ts";
import { QUOTA_EXEMPT } from "./quotaExempt.ts";
import { forbidden, refuse } from "./refuse.ts";
import { settleLease } from "./settleLease.ts";

/**
 * Decides without Redis, from what this isolate knows: verdicts stand for VERDICT_GRACE_MS, rate is limited by
 * a bucket of the isolate's own, the quota by what the lease still holds and a bounded allowance. What passes
 * is reported when Redis is back. Idempotency keys have no effect meanwhile.
 */
export function admitDegraded(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  background: Background,
): Admission {
  const nowMs = memory.clock.now();
  const { OUTAGE_RETRY_MS, VERDICT_GRACE_MS, LEASE_MS } = memory.configuration;
  if (nowMs - state.verifiedAtMs > VERDICT_GRACE_MS)
    return refuse(memory, "identity_unavailable", OUTAGE_RETRY_MS);
  if (state.refusal !== null) return refuse(memory, state.refusal);
  if (state.verdict === null) return refuse(memory, "identity_unavailable", OUTAGE_RETRY_MS);
  const code = forbidden(state, request, nowMs);
  if (code !== null) return refuse(memory, code);
  if (state.tickets.count >= state.limits.concurrency)
    return refuse(memory, "concurrency_limit", LEASE_MS, limitsOf(state, nowMs));
  const waitMs = state.outageBucket.take(nowMs, state.limits.ratePerSecond);
  if (waitMs > 0) return refuse(memory, "rate_limit", waitMs, limitsOf(state, nowMs));
  if (!spendQuota(memory, state, request.scope, nowMs))
    return refuse(memory, "quota_unavailable", OUTAGE_RETRY_MS, limitsOf(state, nowMs));

  const ticket = state.tickets.take(nowMs);
  if (state.settlerUntilMs <= nowMs) background(settleLease(memory, state, OUTAGE_RETRY_MS));
  const tier = tierInOutage(memory, state, request, nowMs);
  return admitted({ memory, state, tier, ticket, nowMs, lock: null, background }, request.scope);
}

/**
 * Takes a unit that was debited before, or one of the allowance. There is an allowance only where it is a small
 * share of what was left when last seen: near a limit, several isolates' allowances together would pass it.
 */
function spendQuota(memory: IsolateMemory, state: KeyState, scope: Scope, nowMs: number): boolean {
  const month = monthOf(nowMs);
  if (state.units > 0 && state.unitsMonth === month) {
    state.units -= 1;
    return true;
  }
  const { OUTAGE_QUOTA_ALLOWANCE, LEASE_QUOTA_SHARE } = memory.configuration;
  const left = state.unitsMonth === month ? state.quotaLeft + state.outageUnits : Number.POSITIVE_INFINITY;
  const allowed =
    state.outageUnits < OUTAGE_QUOTA_ALLOWANCE && left * LEASE_QUOTA_SHARE >= OUTAGE_QUOTA_ALLOWANCE;
  if (!allowed && !QUOTA_EXEMPT.has(scope)) return false;
  state.outageUnits += 1;
  state.quotaLeft = Math.max(0, state.quotaLeft - 1);
  state.quotaResetsAtMs = nextMonthMs(nowMs);
  state.usage.owe(1, month);
  return true;
}

/** The tier last seen, while it may stand; else `none`: what is not known to be allowed is not kept. */
function tierInOutage(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  nowMs: number,
): TierVerdict {
  const seen = memory.tiers.get(tierKey(state, request.subject));
  if (seen !== undefined && nowMs - seen.askedAtMs <= memory.configuration.VERDICT_GRACE_MS) return seen;
  return {
    tier: "none",
    eventId: null,
    keySeed: null,
    digest: seen?.digest ?? "",
    subjectRef: seen?.subjectRef ?? "",
    askedAtMs: nowMs,
  };
}
