import type { Admission } from "./admission.ts";
import { createGrant, type GrantParts } from "./grant.ts";
import { countVerdict } from "./refuse.ts";

/** An admission, counted. */
export function admitted(parts: Omit<GrantParts, "verdict">, scope: string): Admission {
  const { state, memory } = parts;
  if (state.verdict === null) throw new Error("a key without a verdict was admitted");
  countVerdict(memory, "admitted");
  return { kind: "admitted", grant: createGrant({ ...parts, verdict: state.verdict }, scope) };
}
