import type { Problem } from "../../contracts/problems.ts";
import type { Actor } from "./actor.ts";

/** Why a key with these scopes may not be made by that actor: nobody hands on what they do not have. Null: it may. */
export function scopeProblem(scopes: readonly string[], actor: Actor): Problem | null {
  const beyond = scopes.filter((scope) => !actor.scopes.includes(scope));
  if (beyond.length === 0) return null;
  return { code: "missing_scope", detail: `You do not have ${beyond.join(", ")} to hand on.` };
}

/** Why a key may not be given that expiry: it would be made closed. Null: it may. */
export function expiryProblem(expiresAt: string | undefined, nowMs: number): Problem | null {
  if (expiresAt === undefined || Date.parse(expiresAt) > nowMs) return null;
  return {
    code: "invalid_request",
    errors: [{ pointer: "/expires_at", detail: "must be in the future" }],
  };
}
