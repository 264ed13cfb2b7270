import type { PolicyAnswer, PolicyObservation } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { type PolicyServer, policyOf } from "../../contracts/policyServers.ts";
import type { InferFailure, PolicyServers } from "../../contracts/ports.ts";
import { askOpenInference } from "./askOpenInference.ts";
import { askOpenpi } from "./askOpenpi.ts";
import { askOpenVla } from "./askOpenVla.ts";
import { askOwnRunner } from "./askOwnRunner.ts";
import type { AskServer, OriginList, PolicyPorts, ServerAnswer } from "./policyPorts.ts";
import { prepareObservation } from "./prepareObservation.ts";

const ASK: Readonly<Record<PolicyServer["protocol"], AskServer>> = {
  openpi: askOpenpi,
  openvla: askOpenVla,
  open_inference: askOpenInference,
};

type Infer = (
  observation: PolicyObservation,
  deadlineAtMs: number,
  traceparent: string,
) => Promise<Outcome<PolicyAnswer, InferFailure>>;

/** Policies on servers elsewhere, each asked in its protocol on the origins of its list, in turn; and those on our runner. */
export function serverPolicies(servers: readonly PolicyServer[], ports: PolicyPorts): PolicyServers {
  const infers = new Map(
    servers.map((server) => [server.name, inferOn(server, ports.originsOf(server.origins), ports)]),
  );
  const asksOwnRunner = new Set(
    servers.filter(({ origins }) => origins.length === 0).map(({ name }) => name),
  );
  return {
    policies: servers.map(policyOf),
    async infer({ name }, observation, deadlineAtMs, traceparent) {
      const startedAtMs = ports.clock.now();
      const answer =
        (await infers.get(name)?.(observation, deadlineAtMs, traceparent)) ??
        failed({ kind: "unknown_model" as const, detail: "no server has this policy" });
      // What the runner is asked, it counts itself.
      if (asksOwnRunner.has(name)) return answer;
      const outcome = answer.ok ? "ok" : answer.failure.kind;
      const durationS = (ports.clock.now() - startedAtMs) / 1000;
      ports.meter.count("headgate_inferences_total", { model: name, outcome });
      ports.meter.observe("headgate_inference_duration_seconds", durationS, { model: name });
      return answer;
    },
  };
}

function inferOn(server: PolicyServer, origins: OriginList, ports: PolicyPorts): Infer {
  const ask = ASK[server.protocol];
  const { clock, runner, transport } = ports;
  return async (observation, deadlineAtMs, traceparent) => {
    const prepared = await prepareObservation(observation, server.observation, {
      runner,
      deadlineAtMs,
      traceparent,
    });
    if (!prepared.ok) return prepared;
    if (server.origins.length === 0) {
      const answer = await askOwnRunner(server, prepared.value, runner, deadlineAtMs, traceparent);
      return answer.ok ? promised(server, "runner", answer.value) : answer;
    }
    return await origins.ask(deadlineAtMs, async (origin, remainingMs) => {
      const timeoutMs = Math.min(remainingMs, server.timeoutMs ?? remainingMs);
      const answer = await ask({
        server,
        origin,
        prepared: prepared.value,
        transport,
        timeoutMs,
        traceparent,
      });
      if (!answer.ok) return failed(failureOf(answer.failure, timeoutMs < remainingMs));
      if (clock.now() > deadlineAtMs) return failed({ kind: "deadline" });
      return promised(server, `${server.protocol}:${new URL(origin).host}`, answer.value);
    });
  };
}

/** An origin that used up its own time has not used up the request's: another may still answer. */
const failureOf = (failure: InferFailure, hasTimeLeft: boolean): InferFailure =>
  failure.kind === "deadline" && hasTimeLeft
    ? { kind: "no_capacity", detail: "the policy server did not answer in its time" }
    : failure;

/**
 * The answer as the policy's contract promises it: rows of that many numbers, steps beyond the chunk's length
 * cut off. What the numbers are, finite or not, is for the gates.
 */
function promised(
  { action, version }: PolicyServer,
  origin: string,
  answer: ServerAnswer,
): Outcome<PolicyAnswer, InferFailure> {
  const { chunkSize, dimension } = action;
  const wrong = answer.actions.find((row) => row.length !== dimension);
  if (answer.actions.length === 0 || wrong !== undefined)
    return failed({
      kind: "bad_answer",
      detail: `expected rows of ${dimension} numbers, and found ${wrong?.length ?? "none"}`,
    });
  return done({
    modelVersion: answer.modelVersion ?? version,
    actions: answer.actions.slice(0, chunkSize),
    origin,
    queueMs: answer.queueMs,
    computeMs: answer.computeMs,
  });
}
