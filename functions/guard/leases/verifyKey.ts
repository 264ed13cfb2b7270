import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem, ProblemCode } from "../../contracts/problems.ts";
import { PERSON_FREE } from "../consent/subjectDigest.ts";
import type { KeyDefaults } from "../identity/schema.ts";
import { absorbReply, tierOfReply } from "./absorbReply.ts";
import type { AdmissionRequest, Background } from "./admission.ts";
import { askVerdict } from "./askVerdict.ts";
import type { IsolateMemory } from "./isolateMemory.ts";
import type { KeyState } from "./keyState.ts";
import { countVerdict, forbidden } from "./refuse.ts";

/** What is asked of a key that asks for nothing. */
export type KeyQuestion = Pick<AdmissionRequest, "presentedKey" | "scope" | "address">;

/** Whose key it is, found good, and until when that may be believed. */
export interface VerifiedKey {
  readonly organizationId: string;
  readonly keyId: string;
  readonly defaults: KeyDefaults;
  /** When to ask again: what was revoked is noticed within LEASE_MS. */
  readonly askAgainAtMs: number;
}

/** The last part of a verdict's life, in which it is asked for anew: of many who wait for it, the first one asks. */
const ASK_AHEAD_SHARE = 0.1;

const randomAheadMs = ({ random, configuration }: IsolateMemory): number =>
  ((random.bytes(1)[0] ?? 0) / 256) * ASK_AHEAD_SHARE * configuration.LEASE_MS;

/**
 * Whether a key is good for that scope from that address, without using up any limit; for connections that
 * are open and idle. Asks Redis where the isolate's verdict is a lease old; while Redis is away, the verdict
 * stands for VERDICT_GRACE_MS, and then nobody can say (`identity_unavailable`).
 */
export async function verifyKey(
  memory: IsolateMemory,
  state: KeyState,
  question: KeyQuestion,
  background: Background,
): Promise<Outcome<VerifiedKey, Problem>> {
  const { LEASE_MS, OUTAGE_RETRY_MS, VERDICT_GRACE_MS } = memory.configuration;
  const isFresh = memory.clock.now() < state.verifiedAtMs + (1 - ASK_AHEAD_SHARE) * LEASE_MS;
  const asked = isFresh ? "verdict" : await askAnew(memory, state, question, background);
  const nowMs = memory.clock.now();
  const stands = asked === "verdict" || (asked === "away" && nowMs - state.verifiedAtMs <= VERDICT_GRACE_MS);
  if (!stands) return refused(memory, asked === "unknown" ? "unknown_key" : "identity_unavailable");

  const code = state.refusal ?? forbidden(state, { ...question, subject: null, idempotency: null }, nowMs);
  if (code !== null) return refused(memory, code);
  if (state.verdict === null) return refused(memory, "identity_unavailable");
  const { organizationId, keyUuid, defaults } = state.verdict.facts;
  const askAgainAtMs =
    asked === "away" ? nowMs + OUTAGE_RETRY_MS : state.verifiedAtMs + LEASE_MS - randomAheadMs(memory);
  return done({ organizationId, keyId: keyUuid, defaults, askAgainAtMs });
}

function refused(memory: IsolateMemory, code: ProblemCode): Outcome<never, Problem> {
  countVerdict(memory, code);
  return failed({ code });
}

/** One question to Redis for neither unit, slot nor slice; what it says is remembered for everybody. */
async function askAnew(
  memory: IsolateMemory,
  state: KeyState,
  { scope }: KeyQuestion,
  background: Background,
): Promise<"verdict" | "unknown" | "away"> {
  if (!memory.redis.mayAsk()) return "away";
  const verdicts = await askVerdict(memory, state, {
    scope,
    subjectDigest: state.verdict?.facts.defaults.subjectDigest ?? PERSON_FREE,
    needsUnit: false,
    needsSlot: false,
    verdictOnly: true,
    idempotency: null,
  });
  if (verdicts.kind === "unknown_key") return "unknown";
  if (verdicts.kind !== "reply") return "away";
  const { reply, askedAtMs } = verdicts;
  const tier = await tierOfReply(memory, state, null, reply, askedAtMs);
  absorbReply(memory, state, null, { reply, askedAtMs }, tier, background);
  return "verdict";
}
