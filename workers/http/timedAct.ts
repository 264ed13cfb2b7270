import type { Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import type { Grant } from "../../functions/guard/leases/admission.ts";
import { serverTiming } from "../../functions/observe/serverTiming.ts";
import { act } from "../../functions/serve/act.ts";
import type { ActCall } from "../../functions/serve/actContext.ts";
import type { ActAnswer } from "../../functions/serve/schema.ts";
import type { Call } from "./endpoint.ts";

/** What a surface decodes: what is asked, and how it is to be served. */
export type AskedToAct = Pick<ActCall, "input" | "options" | "source">;

/** Serves one admitted request to act and says, in `Server-Timing` and in the metrics, where its time went. */
export async function timedAct(
  { services, receivedAtMs, trace, endpoint }: Call,
  asked: AskedToAct,
  grant: Grant,
  admittedAtMs: number,
): Promise<{ readonly outcome: Outcome<ActAnswer, Problem>; readonly headers: Record<string, string> }> {
  const { traceparent } = trace;
  const { outcome, timings } = await act(
    { ...asked, grant, receivedAtMs, admittedAtMs, traceparent },
    services,
  );
  const totalMs = services.clock.now() - receivedAtMs;
  services.meter.observe(
    "headgate_overhead_duration_seconds",
    Math.max(0, totalMs - (timings.inferMs ?? 0)) / 1000,
    { route: endpoint.path },
  );
  const admitMs = admittedAtMs - receivedAtMs;
  return { outcome, headers: { "server-timing": serverTiming({ admitMs, ...timings, totalMs }) } };
}
