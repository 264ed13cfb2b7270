import type { GrantedLimits } from "./admission.ts";
import type { KeyState } from "./keyState.ts";

/** The limits of a key as this isolate sees them now; what its lease holds is left, too. */
export const limitsOf = (state: KeyState, nowMs: number): GrantedLimits => ({
  rate: { limit: state.limits.ratePerSecond, remaining: state.units + state.rateLeft, resetSeconds: 1 },
  quota: {
    limit: state.limits.quotaPerMonth,
    remaining: state.units + state.quotaLeft,
    resetSeconds: Math.max(1, Math.ceil((state.quotaResetsAtMs - nowMs) / 1000)),
  },
});
