import type { Configuration } from "../../contracts/configuration.ts";
import type { Meter } from "../../contracts/metrics.ts";
import { MODELS } from "../../contracts/models.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type {
  Clock,
  ProtocolAnswer,
  ProtocolFailure,
  ProtocolRequest,
  RunnerProtocol,
} from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";

export interface PassPorts {
  readonly clock: Clock;
  readonly runnerProtocol: RunnerProtocol;
  readonly meter: Meter;
  readonly configuration: Configuration;
}

export interface PassCall {
  /** The model that is to infer; null where the request only asks about the server or a model. */
  readonly inferredModel: string | null;
  readonly request: ProtocolRequest;
  readonly receivedAtMs: number;
  /** What the caller says it has left, in milliseconds. */
  readonly deadlineMs: number | null;
}

/**
 * Passes a request of the Open Inference Protocol to the runner as it is, and its answer back. A model that acts is
 * refused: what it says may only leave through the gates of the surfaces that act.
 */
export async function passToRunner(
  { inferredModel, request, receivedAtMs, deadlineMs }: PassCall,
  { clock, runnerProtocol, meter, configuration }: PassPorts,
): Promise<Outcome<ProtocolAnswer, Problem>> {
  if (inferredModel !== null && acts(inferredModel, configuration)) return failed({ code: "gated_model" });
  const allowedMs = Math.min(
    deadlineMs ?? Number.POSITIVE_INFINITY,
    configuration.INFERENCE_PROTOCOL_TIMEOUT_MS,
  );
  const startedAtMs = clock.now();
  const answer = await runnerProtocol.pass(request, receivedAtMs + allowedMs);
  if (inferredModel !== null) {
    // A name that no runner knows is the caller's invention, and no label.
    const isKnown = answer.ok || MODELS.some(({ name }) => name === inferredModel);
    const model = isKnown ? inferredModel : "unknown";
    meter.count("headgate_inferences_total", { model, outcome: answer.ok ? "ok" : answer.failure.kind });
    meter.observe("headgate_inference_duration_seconds", (clock.now() - startedAtMs) / 1000, { model });
  }
  return answer.ok ? done(answer.value) : failed(problemOf(answer.failure));
}

/** Whether a name is a policy's: built in, or what a policy on a server elsewhere is called here or there. */
const acts = (model: string, { POLICY_SERVERS }: Pick<Configuration, "POLICY_SERVERS">): boolean =>
  MODELS.some(({ name, kind }) => name === model && kind === "policy") ||
  POLICY_SERVERS.some(({ name, upstreamModel }) => name === model || upstreamModel === model);

function problemOf(failure: ProtocolFailure): Problem {
  switch (failure.kind) {
    case "deadline":
      return { code: "deadline_exceeded" };
    case "invalid_input":
      return { code: "invalid_request", detail: failure.detail };
    case "too_large":
      return { code: "body_too_large", detail: failure.detail };
    case "unknown_model":
      return { code: "unknown_model", detail: failure.detail };
    case "no_capacity":
    case "bad_answer":
      return { code: "no_capacity", detail: failure.detail, retryAfterSeconds: 1 };
  }
}
