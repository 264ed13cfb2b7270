import type { Problem, ProblemCode } from "../../contracts/problems.ts";
import type { Admission, AdmissionRequest, GrantedLimits } from "./admission.ts";
import type { IsolateMemory } from "./isolateMemory.ts";
import type { KeyState } from "./keyState.ts";

const VERDICTS = new Map<string, { readonly verdict: string }>();

/** Counts a verdict; the label objects are made once. */
export function countVerdict(memory: IsolateMemory, verdict: string): void {
  let labels = VERDICTS.get(verdict);
  if (labels === undefined) {
    labels = { verdict };
    VERDICTS.set(verdict, labels);
  }
  memory.meter.count("headgate_admissions_total", labels);
}

/** A refusal, counted. `retryAfterMs` where waiting helps; `limits` where a limit was reached. */
export function refuse(
  memory: IsolateMemory,
  code: ProblemCode,
  retryAfterMs?: number,
  limits: GrantedLimits | null = null,
): Admission {
  countVerdict(memory, code);
  const problem: Problem =
    retryAfterMs === undefined
      ? { code }
      : { code, retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) };
  return { kind: "refused", problem, limits };
}

/** What a verified key forbids this request, from memory alone; null: nothing. */
export function forbidden(state: KeyState, request: AdmissionRequest, nowMs: number): ProblemCode | null {
  const { verdict } = state;
  if (verdict === null) return null;
  const { expiresAtMs } = verdict.facts;
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return "expired_key";
  if (!verdict.scopes.has(request.scope)) return "missing_scope";
  if (!verdict.addressAllowed(request.address)) return "address_not_allowed";
  return null;
}
