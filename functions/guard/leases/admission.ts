import type { Problem } from "../../contracts/problems.ts";
import type { Scope } from "../../contracts/scopes.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";
import type { KeyDefaults } from "../identity/schema.ts";

/** What of a request admission looks at. */
export interface AdmissionRequest {
  readonly presentedKey: string | null;
  readonly scope: Scope;
  /** The caller's name for the person; null: the key's default, else a person-free stream. */
  readonly subject: string | null;
  /** The peer's address as the platform reports it. */
  readonly address: string | null;
  readonly idempotency: { readonly key: string; readonly bodyHash: string } | null;
}

/** Takes work that may outlive the answer (`waitUntil`). */
export type Background = (task: Promise<unknown>) => void;

/** The consent under which an exchange is served. */
export interface GrantedConsent {
  readonly tier: ConsentTier;
  readonly eventId: string | null;
  /** Null: a person-free stream. */
  readonly subjectRef: string | null;
  /** Seed of the subject's data key, hexadecimal; null where nobody ever consented. */
  readonly keySeed: string | null;
}

/** One limit as the RateLimit headers say it. */
export interface LimitState {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** The limits that a request met. */
export interface GrantedLimits {
  readonly rate: LimitState;
  /** The tighter one of the organization's quota and the key's own. */
  readonly quota: LimitState;
}

/** An admitted request. Exactly one call of `release` ends it. */
export interface Grant {
  readonly organizationId: string;
  /** The UUID of the key, not the text inside it. */
  readonly keyId: string;
  readonly scopes: readonly string[];
  readonly defaults: KeyDefaults;
  readonly consent: GrantedConsent;
  readonly limits: GrantedLimits;
  /** Ends the request: frees its slot of concurrency. Synchronous; waits for nobody. */
  release(): void;
  /** Keeps the answer of an idempotent request for replay; call it before `release`. Else it does nothing. */
  complete(body: string): void;
}

export type Admission =
  | { readonly kind: "admitted"; readonly grant: Grant }
  /** Limits are told where one of them was the reason. */
  | { readonly kind: "refused"; readonly problem: Problem; readonly limits: GrantedLimits | null }
  | { readonly kind: "replay"; readonly body: string; readonly limits: GrantedLimits };
