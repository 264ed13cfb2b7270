import { newUuid } from "../../contracts/identifiers.ts";
import type { Clock, Random } from "../../contracts/ports.ts";
import type { ConsentTier, LegalBasis } from "../../contracts/tiers.ts";
import { toHex } from "../../contracts/toHex.ts";

/** What somebody declared: the tier, the ground, the notice that was shown, and who wrote it down. */
export interface ConsentDeclaration {
  readonly tier: ConsentTier;
  readonly legalBasis: LegalBasis;
  readonly noticeVersion?: string | undefined;
  readonly noticeHash?: string | undefined;
  /** The version that the declaration is made upon; absent: whatever the ledger is at. */
  readonly expectedVersion?: number | undefined;
  readonly actor: string;
}

/** A declaration on its way into the ledger; the ledger gives it its version. */
export interface NewConsentEvent extends ConsentDeclaration {
  readonly id: string;
  readonly organizationId: string;
  readonly subjectRef: string;
  readonly occurredAt: string;
  /** Seed of the subject's data key, hexadecimal; used where the subject has none yet. */
  readonly keySeed: string;
}

const KEY_SEED_BYTES = 32;

/** Turns a declaration into an event of the ledger. */
export const newConsentEvent = (
  organizationId: string,
  subjectRef: string,
  declaration: ConsentDeclaration,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): NewConsentEvent => ({
  ...declaration,
  id: newUuid(clock, random),
  organizationId,
  subjectRef,
  occurredAt: new Date(clock.now()).toISOString(),
  keySeed: toHex(random.bytes(KEY_SEED_BYTES)),
});
