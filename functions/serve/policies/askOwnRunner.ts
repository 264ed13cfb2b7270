import type { Outcome } from "../../contracts/outcome.ts";
import type { PolicyServer } from "../../contracts/policyServers.ts";
import type { InferFailure, Runner } from "../../contracts/ports.ts";
import { actionsOf, tensorsOf } from "./askOpenInference.ts";
import type { PreparedObservation, ServerAnswer } from "./policyPorts.ts";

/** Asks a policy that was brought to Headgate's own runners: with their certificates, origins and deadline. */
export async function askOwnRunner(
  server: PolicyServer,
  prepared: PreparedObservation,
  runner: Runner,
  deadlineAtMs: number,
  traceparent: string,
): Promise<Outcome<ServerAnswer, InferFailure>> {
  const answer = await runner.infer(
    {
      model: server.upstreamModel,
      version: null,
      traceparent,
      inputs: tensorsOf(prepared, server.observation),
    },
    deadlineAtMs,
  );
  return answer.ok ? actionsOf(answer.value, server.outputName) : answer;
}
