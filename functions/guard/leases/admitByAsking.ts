import type { ProblemCode } from "../../contracts/problems.ts";
import { toHex } from "../../contracts/toHex.ts";
import { PERSON_FREE } from "../consent/subjectDigest.ts";
import { sha256Hex } from "../identity/hmac.ts";
import { absorbReply, tierOfReply } from "./absorbReply.ts";
import type { Admission, AdmissionRequest, Background, GrantedLimits } from "./admission.ts";
import { admitDegraded } from "./admitDegraded.ts";
import { admitted } from "./admitted.ts";
import { askVerdict } from "./askVerdict.ts";
import { freeLock, type IdempotencyLock } from "./grant.ts";
import { type IsolateMemory, tierKey } from "./isolateMemory.ts";
import type { KeyState, TierVerdict } from "./keyState.ts";
import { limitsOf } from "./limitsOf.ts";
import { idempotencyKey } from "./redisKeys.ts";
import { countVerdict, forbidden, refuse } from "./refuse.ts";
import { cancelReservation, endWait, type Reservation, reserve } from "./reservation.ts";
import type { LeaseQuestion, LeaseReply } from "./takeLease.ts";

/**
 * Decides by one round trip to Redis (and, where Redis does not know, one read of Postgres). What the request
 * consumes is reserved first, so that others that run meanwhile do not count on it.
 */
export async function admitByAsking(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  background: Background,
): Promise<Admission> {
  if (!memory.redis.mayAsk()) return admitDegraded(memory, state, request, background);
  const reservation = reserve(state, memory.clock.now());
  const question = await questionOf(memory, state, request, reservation);
  const verdicts = await askVerdict(memory, state, question);
  switch (verdicts.kind) {
    case "redis_away":
      cancelReservation(state, reservation);
      return admitDegraded(memory, state, request, background);
    case "identity_away":
      cancelReservation(state, reservation);
      return refuse(memory, "identity_unavailable", memory.configuration.OUTAGE_RETRY_MS);
    case "unknown_key":
      cancelReservation(state, reservation);
      return rememberUnknown(memory, state);
    case "reply": {
      const { reply, askedAtMs } = verdicts;
      const tier = await tierOfReply(memory, state, request.subject, reply, askedAtMs);
      absorbReply(memory, state, request.subject, { reply, askedAtMs }, tier, background);
      return conclude(memory, state, request, { question, reservation, reply, tier, background });
    }
  }
}

async function questionOf(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  reservation: Reservation,
): Promise<LeaseQuestion> {
  const known = memory.tiers.get(tierKey(state, request.subject))?.digest;
  const { idempotency } = request;
  return {
    scope: request.scope,
    subjectDigest:
      known ??
      (request.subject === null
        ? (state.verdict?.facts.defaults.subjectDigest ?? PERSON_FREE)
        : await memory.digestSubject(request.subject)),
    needsUnit: !reservation.hasUnit,
    needsSlot: !reservation.hasSlot,
    idempotency:
      idempotency === null
        ? null
        : {
            digest: await sha256Hex(idempotency.key),
            bodyHash: idempotency.bodyHash,
            owner: toHex(memory.random.bytes(16)),
          },
  };
}

function rememberUnknown(memory: IsolateMemory, state: KeyState): Admission {
  const nowMs = memory.clock.now();
  state.refusal = "unknown_key";
  state.verifiedAtMs = nowMs;
  state.refusalEndsAtMs = nowMs + memory.configuration.LEASE_MS;
  return refuse(memory, "unknown_key");
}

interface Conclusion {
  readonly question: LeaseQuestion;
  readonly reservation: Reservation;
  readonly reply: LeaseReply;
  readonly tier: TierVerdict | null;
  readonly background: Background;
}

const REFUSAL_CODES: Readonly<Partial<Record<LeaseReply["status"], ProblemCode>>> = {
  unknown: "unknown_key",
  revoked: "revoked_key",
  expired: "expired_key",
  scope: "missing_scope",
  idempotency_mismatch: "idempotency_mismatch",
};

function conclude(
  memory: IsolateMemory,
  state: KeyState,
  request: AdmissionRequest,
  { question, reservation, reply, tier, background }: Conclusion,
): Admission {
  const nowMs = memory.clock.now();
  const lock = lockOf(state, request, question);
  const refused = (code: ProblemCode, retryAfterMs?: number, limits?: GrantedLimits): Admission => {
    cancelReservation(state, reservation);
    return refuse(memory, code, retryAfterMs, limits);
  };
  const exhausted = (limit: "quota" | "rate" | "slots"): Admission => {
    const limits = limitsOf(state, nowMs);
    if (limit === "quota") return refused("quota_exceeded", state.quotaResetsAtMs - nowMs, limits);
    if (limit === "rate") return refused("rate_limit", reply.retry_ms, limits);
    return refused("concurrency_limit", memory.configuration.LEASE_MS, limits);
  };
  const granted = (under: TierVerdict, held: IdempotencyLock | null): Admission => {
    if (!reservation.hasUnit) state.units -= 1;
    endWait(state, reservation);
    return admitted(
      { memory, state, tier: under, ticket: reservation.ticket, nowMs, lock: held, background },
      request.scope,
    );
  };
  const code = REFUSAL_CODES[reply.status] ?? forbidden(state, request, nowMs);
  if (code !== null && code !== undefined) {
    if (reply.status === "ok" && lock !== null) freeLock(memory, lock, background);
    return refused(code);
  }
  switch (reply.status) {
    case "replay":
      cancelReservation(state, reservation);
      countVerdict(memory, "replayed");
      memory.meter.count("headgate_idempotent_replays_total");
      return { kind: "replay", body: reply.body ?? "", limits: limitsOf(state, nowMs) };
    case "idempotency_in_flight":
      return refused("idempotency_in_flight", memory.configuration.LEASE_MS);
    case "quota":
    case "rate":
    case "slots":
      // Without its lock an idempotent request must not run, whoever has units to spare.
      return tier !== null && lock === null && sharesLease(state, reservation)
        ? granted(tier, null)
        : exhausted(reply.status);
    case "ok":
      if (tier === null) return refused("identity_unavailable", memory.configuration.OUTAGE_RETRY_MS);
      return granted(tier, lock);
    default:
      // `quota_unknown`: Redis lost the quota and Postgres cannot seed it; the outage allowance decides.
      cancelReservation(state, reservation);
      return admitDegraded(memory, state, request, background);
  }
}

/** Redis has no more for this request, but the slice that another one brought meanwhile has. */
const sharesLease = (state: KeyState, { hasUnit, hasSlot }: Reservation): boolean =>
  (hasUnit || state.units > 0) && (hasSlot || state.occupied < state.slots);

const lockOf = (state: KeyState, request: AdmissionRequest, { idempotency }: LeaseQuestion) =>
  idempotency === null || state.verdict === null
    ? null
    : {
        key: idempotencyKey(state.verdict.facts.organizationId, request.scope, idempotency.digest),
        owner: idempotency.owner,
      };
