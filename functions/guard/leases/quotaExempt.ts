import type { Scope } from "../../contracts/scopes.ts";

/**
 * What a used-up quota does not refuse: counted, and limited by rate, but never turned away. A leaked key that
 * burned the quota must still be revocable, a consent must be withdrawable, and a quota that was set too low
 * must be correctable by whoever set it.
 */
export const QUOTA_EXEMPT: ReadonlySet<Scope> = new Set<Scope>([
  "keys:read",
  "keys:write",
  "limits:read",
  "limits:write",
  "consent:read",
  "consent:write",
  "audit:read",
]);
