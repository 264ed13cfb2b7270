import { failed, type Outcome } from "../../contracts/outcome.ts";
import { matchesDigest } from "../identity/digestKey.ts";
import type { AdmissionFacts } from "./facts.ts";
import type { IsolateMemory } from "./isolateMemory.ts";
import type { KeyState } from "./keyState.ts";
import { readAdmissionFacts } from "./store.ts";
import { type LeaseFill, type LeaseQuestion, type LeaseReply, takeLease } from "./takeLease.ts";

export type Verdicts =
  | { readonly kind: "reply"; readonly reply: LeaseReply; readonly askedAtMs: number }
  | { readonly kind: "unknown_key" }
  /** Redis gave no answer in time. */
  | { readonly kind: "redis_away" }
  /** Redis does not know the key, and Postgres gave no answer. */
  | { readonly kind: "identity_away" };

/**
 * Asks Redis; where it does not know the key, the subject or this month's quota, reads Postgres once and asks
 * again with what that said. While Postgres is away, a subject that Redis does not know counts as `none`.
 */
export async function askVerdict(
  memory: IsolateMemory,
  state: KeyState,
  question: LeaseQuestion,
): Promise<Verdicts> {
  const first = await askRedis(memory, state, question, null);
  if (first.kind !== "reply" || first.reply.status !== "miss") return first;

  const facts = await readFacts(memory, state, question.subjectDigest);
  if (facts.ok && (facts.value === null || !matchesDigest(state.presented.digests, facts.value.stored)))
    return { kind: "unknown_key" };

  const second = await askRedis(memory, state, question, facts.ok ? facts.value : "assume");
  const known = second.kind !== "reply" || second.reply.status !== "miss";
  return known ? second : { kind: "identity_away" };
}

async function askRedis(
  memory: IsolateMemory,
  state: KeyState,
  question: LeaseQuestion,
  fill: LeaseFill,
): Promise<Verdicts> {
  const askedAtMs = memory.clock.now();
  const reply = await takeLease(memory, state, question, fill);
  if (!reply.ok) {
    memory.redis.failed();
    memory.meter.count("headgate_leases_total", { outcome: "redis_away" });
    return { kind: "redis_away" };
  }
  memory.redis.succeeded();
  return { kind: "reply", reply: reply.value, askedAtMs };
}

async function readFacts(
  memory: IsolateMemory,
  state: KeyState,
  subjectDigest: string,
): Promise<Outcome<AdmissionFacts | null, unknown>> {
  if (!memory.postgres.mayAsk()) return failed("away");
  const read = await readAdmissionFacts(memory.database, state.presented.keyId, subjectDigest);
  if (!read.ok) {
    memory.postgres.failed();
    memory.meter.count("headgate_leases_total", { outcome: "postgres_away" });
    return read;
  }
  memory.postgres.succeeded();
  memory.meter.count("headgate_leases_total", { outcome: "filled" });
  const defaultSubject = read.value?.key.defaults.subjectDigest;
  // The key has a subject of its own, and the request named none: it is that subject's tier that counts.
  if (subjectDigest === "" && defaultSubject !== undefined)
    return readAdmissionFacts(memory.database, state.presented.keyId, defaultSubject);
  return read;
}
