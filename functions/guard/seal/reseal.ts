import type { Sealed, StorableRecord } from "../../contracts/records.ts";
import { type ConsentTier, mayKeep, tierAllows, weakerTier } from "../../contracts/tiers.ts";
import { markSealed } from "./brand.ts";

/** Takes out of a record what a tier does not keep. It can only lose: a stronger tier brings nothing back. */
export function reduceToTier(record: StorableRecord, tierNow: ConsentTier): StorableRecord | null {
  const tier = weakerTier(record.tier, tierNow);
  if (tier === "none" || !tierAllows(tier, "basic")) return null;
  const keepsText = mayKeep(tier, "text");
  const keepsImage = mayKeep(tier, "image");
  return {
    ...record,
    tier,
    action: mayKeep(tier, "action") ? record.action : null,
    instruction: keepsText ? record.instruction : null,
    textState: keepsText || record.textState === "absent" ? record.textState : "withheld",
    imageState: keepsImage || record.imageState === "absent" ? record.imageState : "withheld",
  };
}

/**
 * Reduces a sealed record to what its subject's tier keeps now; null where that is nothing. The image that
 * waits beside a record has to go when `imageState` is no longer `pending`.
 */
export function reseal(record: Sealed<StorableRecord>, tierNow: ConsentTier): Sealed<StorableRecord> | null {
  const reduced = reduceToTier(record, tierNow);
  return reduced === null ? null : markSealed(reduced);
}
