import type { ProblemCode } from "../../contracts/problems.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";
import type { KeyDigest } from "../identity/digestKey.ts";
import { createAddressCheck } from "./addressRules.ts";
import type { KeyFacts } from "./facts.ts";
import { LocalBucket } from "./localBucket.ts";
import { Tickets } from "./tickets.ts";
import { UsageBook } from "./usageBook.ts";

/** A key's facts as one isolate works with them: lists turned into look-ups. */
export interface Verdict {
  readonly facts: KeyFacts;
  readonly scopes: ReadonlySet<string>;
  readonly addressAllowed: (address: string | null) => boolean;
}

/** A subject's tier as one isolate saw it. */
export interface TierVerdict {
  readonly tier: ConsentTier;
  readonly eventId: string | null;
  readonly keySeed: string | null;
  readonly digest: string;
  /** '' for person-free streams. */
  readonly subjectRef: string;
  /** When the question was asked of Redis. */
  readonly askedAtMs: number;
}

export interface PresentedKey {
  readonly text: string;
  readonly keyId: string;
  readonly digests: readonly KeyDigest[];
}

/** The limits that hold for a key: its own, else its organization's, else the configuration's. */
export interface Limits {
  readonly ratePerSecond: number;
  /** Of the two quotas, the organization's and the key's own, the one of which less is left. */
  readonly quotaPerMonth: number;
  readonly concurrency: number;
}

/** Makes a verdict of facts. */
export const verdictOf = (facts: KeyFacts): Verdict => ({
  facts,
  scopes: new Set(facts.scopes),
  addressAllowed: createAddressCheck(facts.cidrs),
});

/**
 * All that one isolate holds for one key: its verdict, its lease, its slots, and what it has to report.
 * Plain memory; requests read and write it between their own awaits, and never wait for one another.
 */
export class KeyState {
  readonly presented: PresentedKey;
  /** Names this holder in Redis. */
  readonly holder: string;
  readonly tickets: Tickets;
  /** Those of `tickets` that still ask for a slot: under way, but not admitted. */
  readonly waiting: Tickets;
  readonly usage = new UsageBook();
  readonly outageBucket = new LocalBucket();

  verdict: Verdict | null = null;
  /** As Redis last said; before that, the configuration's. */
  limits: Limits;
  /** Why Redis or Postgres refused the key at the last look; null: it is good. */
  refusal: ProblemCode | null = null;
  refusalEndsAtMs = Number.NEGATIVE_INFINITY;
  /** When the last answer that verdict and refusal come from was asked for. */
  verifiedAtMs = Number.NEGATIVE_INFINITY;

  leaseStartedAtMs = Number.NEGATIVE_INFINITY;
  leaseEndsAtMs = Number.NEGATIVE_INFINITY;
  /** Grows with each lease, so that a settler knows whether its lease is still the last. */
  generation = 0;
  /** Until when some background task will settle; none is waiting where this is past. */
  settlerUntilMs = Number.NEGATIVE_INFINITY;
  renewalStartedAtMs = Number.NEGATIVE_INFINITY;
  /** When a slice was asked for that has not come yet: others ask for their own unit alone meanwhile. */
  sliceAskedAtMs = Number.NEGATIVE_INFINITY;

  /** Requests that this lease may still admit: debited from rate and quota already. */
  units = 0;
  unitsMonth = "";
  quotaLeft = 0;
  quotaResetsAtMs = 0;
  rateLeft = 0;
  slots = 0;
  /** Whether slots were given up of which Redis does not know yet. */
  slotsGivenUp = false;
  /** When Redis forgets this holder's slots. */
  slotsEndAtMs = Number.NEGATIVE_INFINITY;

  rateShutUntilMs = Number.NEGATIVE_INFINITY;
  quotaShutUntilMs = Number.NEGATIVE_INFINITY;
  slotsShutUntilMs = Number.NEGATIVE_INFINITY;
  /** Units that this outage has let through undebited. */
  outageUnits = 0;

  constructor(presented: PresentedKey, holder: string, longestRequestMs: number, limits: Limits) {
    this.presented = presented;
    this.limits = limits;
    this.holder = holder;
    this.tickets = new Tickets(longestRequestMs);
    this.waiting = new Tickets(longestRequestMs);
  }

  /** Slots in use: by requests that were admitted. */
  get occupied(): number {
    return this.tickets.count - this.waiting.count;
  }

  /** Drops what has run out by itself: tickets of requests that died, slots that Redis gave to others. */
  expire(nowMs: number): void {
    this.tickets.reap(nowMs);
    this.waiting.reap(nowMs);
    if (nowMs >= this.slotsEndAtMs) this.slots = 0;
  }
}
