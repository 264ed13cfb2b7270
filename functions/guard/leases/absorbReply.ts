import type { ProblemCode } from "../../contracts/problems.ts";
import { PERSON_FREE, subjectRefOf } from "../consent/subjectDigest.ts";
import type { Background } from "./admission.ts";
import { type IsolateMemory, tierKey } from "./isolateMemory.ts";
import { type KeyState, type TierVerdict, verdictOf } from "./keyState.ts";
import { nextMonthMs } from "./periods.ts";
import { giveBackUnits } from "./reservation.ts";
import { settleLease } from "./settleLease.ts";
import type { LeaseReply } from "./takeLease.ts";

/** How long before its end a lease is renewed by a request that still goes on under it. */
export const RENEW_AHEAD_MS = 50;
/** Shortest time for which an exhausted limit is not asked again. */
const SHUT_MIN_MS = 20;
const QUOTA_SHUT_MS = 250;

const REFUSALS: Readonly<Partial<Record<LeaseReply["status"], ProblemCode>>> = {
  unknown: "unknown_key",
  revoked: "revoked_key",
  expired: "expired_key",
};

/** Whether the lease has run so far that it should be renewed. */
export const renewalDue = (memory: IsolateMemory, startedAtMs: number, nowMs: number): boolean =>
  nowMs - startedAtMs >= memory.configuration.LEASE_MS - RENEW_AHEAD_MS;

/** Builds the tier verdict that a reply carries; null where it carries none. */
export async function tierOfReply(
  memory: IsolateMemory,
  state: KeyState,
  subject: string | null,
  reply: LeaseReply,
  askedAtMs: number,
): Promise<TierVerdict | null> {
  adoptVerdict(state, reply);
  if (reply.tier === undefined || state.verdict === null) return null;
  const digest = reply.subject ?? PERSON_FREE;
  const before = memory.tiers.get(tierKey(state, subject));
  const subjectRef =
    before !== undefined && before.digest === digest
      ? before.subjectRef
      : await subjectRefOf(state.verdict.facts.organizationId, digest);
  const { tier, event = "", seed = "" } = reply;
  return {
    tier,
    eventId: event === "" ? null : event,
    keySeed: seed === "" ? null : seed,
    digest,
    subjectRef,
    askedAtMs,
  };
}

function adoptVerdict(state: KeyState, { facts }: LeaseReply): void {
  if (facts !== undefined && facts.version > (state.verdict?.facts.version ?? Number.NEGATIVE_INFINITY))
    state.verdict = verdictOf(facts);
}

/**
 * Takes a reply into memory: verdict, tier, units, slots, and, for a lease that begins, the background task
 * that will settle it. Synchronous, so that no other request sees half of it.
 */
export function absorbReply(
  memory: IsolateMemory,
  state: KeyState,
  subject: string | null,
  { reply, askedAtMs }: { readonly reply: LeaseReply; readonly askedAtMs: number },
  tier: TierVerdict | null,
  background: Background,
): void {
  if (askedAtMs >= state.verifiedAtMs) {
    state.verifiedAtMs = askedAtMs;
    state.refusal = REFUSALS[reply.status] ?? null;
    state.refusalEndsAtMs = askedAtMs + memory.configuration.LEASE_MS;
    if (state.refusal === null) promote(memory, state);
    adoptLimits(state, reply);
  }
  if (tier !== null) rememberTier(memory, state, subject, tier);
  state.quotaResetsAtMs = nextMonthMs(askedAtMs);
  shutExhausted(memory, state, reply);
  state.slots += reply.slots;
  if (reply.status !== "ok") return;
  state.outageUnits = 0;
  state.units += reply.units;
  state.quotaLeft = reply.quota_left;
  state.rateLeft = reply.rate_left;
  beginLease(memory, state, askedAtMs, background);
}

/**
 * Takes over the limits that hold now. What this isolate holds was measured by the old ones: where one was cut,
 * units and slots go back, so that the cut holds from here on.
 */
function adoptLimits(state: KeyState, reply: LeaseReply): void {
  const before = state.limits;
  state.limits = {
    ratePerSecond: reply.rate_limit ?? before.ratePerSecond,
    quotaPerMonth: reply.quota_limit ?? before.quotaPerMonth,
    concurrency: reply.slots_limit ?? before.concurrency,
  };
  const { ratePerSecond, quotaPerMonth, concurrency } = state.limits;
  if (ratePerSecond < before.ratePerSecond || quotaPerMonth < before.quotaPerMonth) giveBackUnits(state);
  if (concurrency >= before.concurrency) return;
  state.slots = Math.min(state.slots, state.occupied);
  state.slotsGivenUp = true;
}

function promote(memory: IsolateMemory, state: KeyState): void {
  if (memory.known.get(state.presented.text) === state) return;
  memory.candidates.delete(state.presented.text);
  memory.known.set(state.presented.text, state);
}

function rememberTier(
  memory: IsolateMemory,
  state: KeyState,
  subject: string | null,
  tier: TierVerdict,
): void {
  const key = tierKey(state, subject);
  const before = memory.tiers.get(key);
  if (before === undefined || before.askedAtMs <= tier.askedAtMs) memory.tiers.set(key, tier);
}

function shutExhausted(memory: IsolateMemory, state: KeyState, reply: LeaseReply): void {
  const nowMs = memory.clock.now();
  if (reply.status === "rate") {
    state.rateShutUntilMs =
      nowMs + Math.min(memory.configuration.LEASE_MS, Math.max(SHUT_MIN_MS, reply.retry_ms));
    state.rateLeft = 0;
  }
  if (reply.status === "quota") {
    state.quotaShutUntilMs = nowMs + QUOTA_SHUT_MS;
    state.quotaLeft = 0;
  }
  if (reply.status === "slots") state.slotsShutUntilMs = nowMs + SHUT_MIN_MS;
}

function beginLease(memory: IsolateMemory, state: KeyState, askedAtMs: number, background: Background): void {
  const due = renewalDue(memory, state.leaseStartedAtMs, askedAtMs);
  const nowMs = memory.clock.now();
  if (due) {
    state.leaseStartedAtMs = askedAtMs;
    state.leaseEndsAtMs = askedAtMs + memory.configuration.LEASE_MS;
  } else if (state.settlerUntilMs > nowMs) return;
  memory.meter.count("headgate_leases_total", { outcome: due ? "taken" : "added" });
  background(settleLease(memory, state, Math.max(0, state.leaseEndsAtMs - nowMs)));
}
