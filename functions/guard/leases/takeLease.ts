import { z } from "zod";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { FACTS_TTL_MS, keyFields, organizationFields, tierFields } from "./entries.ts";
import { type AdmissionFacts, keyFactsSchema } from "./facts.ts";
import { flatten } from "./flatten.ts";
import type { IsolateMemory } from "./isolateMemory.ts";
import type { KeyState } from "./keyState.ts";
import { lastMonthOf, monthOf } from "./periods.ts";
import { QUOTA_EXEMPT } from "./quotaExempt.ts";
import { keyEntry } from "./redisKeys.ts";
import { giveBackUnits } from "./reservation.ts";
import { TAKE_LEASE } from "./takeLeaseScript.ts";

const UNKNOWN_SUBJECT_TTL_MS = 600_000;
/** For how many leases Redis keeps the slots of a holder that does not ask again. */
const SLOT_LEASES = 3;
const SPARE_SLOTS = 8;
/** A slice that has not come after so long was asked for by a request that died. */
const SLICE_LOST_MS = 500;
/** Answers with which the script has renewed the holder's slots. */
const SLOT_STATUSES: ReadonlySet<string> = new Set(["ok", "quota", "rate", "slots"]);

const countSchema = z.coerce.number();

const pairsSchema = z.array(z.union([z.string(), z.number()]).transform(String));

const fieldsSchema = z.object({
  status: z.enum([
    "ok",
    "miss",
    "unknown",
    "revoked",
    "expired",
    "scope",
    "quota_unknown",
    "idempotency_mismatch",
    "idempotency_in_flight",
    "replay",
    "quota",
    "rate",
    "slots",
  ]),
  facts: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(keyFactsSchema)
    .optional(),
  subject: z.string().optional(),
  tier: consentTierSchema.optional(),
  event: z.string().optional(),
  seed: z.string().optional(),
  body: z.string().optional(),
  rate_limit: countSchema.optional(),
  slots_limit: countSchema.optional(),
  quota_limit: countSchema.optional(),
  units: countSchema.default(0),
  slots: countSchema.default(0),
  quota_left: countSchema.default(0),
  rate_left: countSchema.default(0),
  retry_ms: countSchema.default(0),
});

/** What the lease script answers: names and values in turn; what a status does not reach is absent. */
const replySchema = pairsSchema.transform((words, context) => {
  const fields: Record<string, string> = {};
  for (let i = 0; i + 1 < words.length; i += 2) fields[words[i] ?? ""] = words[i + 1] ?? "";
  const reply = fieldsSchema.safeParse(fields);
  if (reply.success) return reply.data;
  context.addIssue("not a reply of the lease script");
  return z.NEVER;
});
export type LeaseReply = z.infer<typeof replySchema>;

/** What one request wants of Redis. */
export interface LeaseQuestion {
  readonly scope: Scope;
  readonly subjectDigest: string;
  /** Whether this request has no unit, or no slot, of the lease at hand. */
  readonly needsUnit: boolean;
  readonly needsSlot: boolean;
  /** It is the key alone that is asked about: nothing is taken for requests to come. */
  readonly verdictOnly?: true;
  readonly idempotency: {
    readonly digest: string;
    readonly bodyHash: string;
    readonly owner: string;
  } | null;
}

/** What Postgres said, to be stored on the way; `assume`: it said nothing, so what is unknown is `none`. */
export type LeaseFill = AdmissionFacts | "assume" | null;

/**
 * One round trip to Redis: verdict, tier, idempotency, units, slots; what is to be reported rides along.
 * Fails when Redis gave no usable answer.
 */
export async function takeLease(
  memory: IsolateMemory,
  state: KeyState,
  question: LeaseQuestion,
  fill: LeaseFill,
): Promise<Outcome<LeaseReply, "away">> {
  const nowMs = memory.clock.now();
  giveBackLastMonth(state, monthOf(nowMs));
  state.expire(nowMs);
  const wantsSlice = question.verdictOnly !== true && nowMs - state.sliceAskedAtMs >= SLICE_LOST_MS;
  if (wantsSlice) state.sliceAskedAtMs = nowMs;
  const args = {
    key: state.presented.keyId,
    now: nowMs,
    digests: `,${state.presented.digests.map((each) => `${each.pepperVersion}:${each.digest}`).join(",")},`,
    known_version: state.verdict?.facts.version ?? "",
    scope: question.scope,
    subject: question.subjectDigest,
    month: monthOf(nowMs),
    last_month: lastMonthOf(nowMs),
    slice: wantsSlice ? 1 : 0,
    ...limitArguments(memory, state, question),
    ...idempotencyArguments(memory, question),
    ...reportArguments(state),
    ...fillArguments(fill),
  };
  const answer = await memory.keyValue.run(TAKE_LEASE, [keyEntry(args.key)], flatten(args));
  if (wantsSlice) state.sliceAskedAtMs = Number.NEGATIVE_INFINITY;
  if (!answer.ok) return failed("away");
  const reply = replySchema.safeParse(answer.value);
  if (!reply.success) return failed("away");
  state.usage.acknowledge(args.seq);
  if (SLOT_STATUSES.has(reply.data.status)) state.slotsEndAtMs = nowMs + args.slots_ttl;
  return done(reply.data);
}

/** The unacknowledged report of a holder, as the scripts read it. */
export function reportArguments(state: KeyState) {
  const report = state.usage.report();
  return {
    holder: state.holder,
    organization: state.verdict?.facts.organizationId ?? "",
    seq: report.sequence,
    report: report.text,
    debt: report.debt,
    debt_month: report.month,
  };
}

/** How many slots this holder claims, and for how long. */
export function slotArguments(memory: IsolateMemory, held: number) {
  return { slots_held: held, slots_ttl: SLOT_LEASES * memory.configuration.LEASE_MS };
}

function limitArguments(memory: IsolateMemory, state: KeyState, question: LeaseQuestion) {
  const wanted = 2 * state.tickets.takePeak() + SPARE_SLOTS;
  const nobodyAsks = !question.needsSlot && state.waiting.count === 0;
  if (nobodyAsks) state.slots = Math.min(state.slots, wanted);
  state.slots = Math.max(state.occupied, state.slots);
  // While others ask, Redis alone knows what it has granted them: its own count stands, not this one.
  const isExact = nobodyAsks || state.slotsGivenUp;
  state.slotsGivenUp = false;
  return {
    need: question.needsUnit ? 1 : 0,
    quota_exempt: QUOTA_EXEMPT.has(question.scope) ? 1 : 0,
    held: state.units,
    share: memory.configuration.LEASE_QUOTA_SHARE,
    default_rate: memory.defaultLimits.ratePerSecond,
    default_quota: memory.defaultLimits.quotaPerMonth,
    default_slots: memory.defaultLimits.concurrency,
    slots_need: question.needsSlot ? 1 : 0,
    slots_exact: isExact ? 1 : 0,
    // Spare slots are for those who come later; among many who ask at once they would crowd out the last.
    slots_want:
      question.verdictOnly === true || state.waiting.count > 1 ? 0 : Math.max(0, wanted - state.slots),
    ...slotArguments(memory, state.slots),
  };
}

const idempotencyArguments = (memory: IsolateMemory, { idempotency }: LeaseQuestion) => ({
  idem: idempotency?.digest ?? "",
  idem_hash: idempotency?.bodyHash ?? "",
  idem_owner: idempotency?.owner ?? "",
  idem_ttl: memory.configuration.IDEMPOTENCY_TTL_MS,
});

/** Units are debited from one month; in the next they are no good. */
function giveBackLastMonth(state: KeyState, month: string): void {
  if (state.unitsMonth !== month) giveBackUnits(state);
  state.unitsMonth = month;
}

function fillArguments(fill: LeaseFill): Record<string, string | number> {
  if (fill === null) return { fill: 0, assume: 0 };
  if (fill === "assume") return { fill: 0, assume: 1 };
  const { key, organization, tier, used } = fill;
  return {
    fill: 1,
    assume: 0,
    fill_version: key.version,
    facts_ttl: FACTS_TTL_MS,
    ...prefixed("fill_", keyFields(fill)),
    fill_shared_version: organization.version,
    ...prefixed("fill_shared_", organizationFields(organization)),
    fill_subject_digest: fill.subjectDigest,
    fill_subject_ref: fill.subjectRef,
    fill_tier_version: tier.version,
    tier_ttl: tier.version === 0 ? UNKNOWN_SUBJECT_TTL_MS : FACTS_TTL_MS,
    ...prefixed("fill_", tierFields(tier)),
    fill_used: used.organization,
    fill_key_used: used.key,
  };
}

const prefixed = (prefix: string, fields: Readonly<Record<string, string | number>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]));
