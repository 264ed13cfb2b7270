import { CONSENT_TIERS, type ConsentTier } from "../../contracts/tiers.ts";
import type { Admission } from "./admission.ts";
import { createGrant, type GrantParts } from "./grant.ts";
import { countVerdict } from "./refuse.ts";

const TIER_LABELS = new Map<ConsentTier, { readonly tier: ConsentTier }>(
  CONSENT_TIERS.map((tier) => [tier, { tier }]),
);

/** An admission, counted with the tier under which it is served. */
export function admitted(parts: Omit<GrantParts, "verdict">, scope: string): Admission {
  const { state, memory, tier } = parts;
  if (state.verdict === null) throw new Error("a key without a verdict was admitted");
  countVerdict(memory, "admitted");
  memory.meter.count("headgate_consent_decisions_total", TIER_LABELS.get(tier.tier));
  return { kind: "admitted", grant: createGrant({ ...parts, verdict: state.verdict }, scope) };
}
