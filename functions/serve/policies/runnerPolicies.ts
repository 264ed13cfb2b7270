import { MODELS, type Policy } from "../../contracts/models.ts";
import type { PolicyAnswer, PolicyObservation } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { InferFailure, PolicyServers, Runner } from "../../contracts/ports.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { rowsOf } from "./rowsOf.ts";

/** The policies built into the runner: they see the primary camera's picture and the instruction. */
export function runnerPolicies(runner: Runner): PolicyServers {
  return {
    policies: MODELS.filter((model) => model.kind === "policy"),
    infer: (policy, observation, deadlineAtMs, traceparent) =>
      inferOnRunner(runner, policy, observation, deadlineAtMs, traceparent),
  };
}

async function inferOnRunner(
  runner: Runner,
  policy: Policy,
  { images, instruction }: PolicyObservation,
  deadlineAtMs: number,
  traceparent: string,
): Promise<Outcome<PolicyAnswer, InferFailure>> {
  const answer = await runner.infer(
    {
      model: policy.name,
      version: null,
      traceparent,
      inputs: [
        { name: "image", datatype: "BYTES", shape: [1], data: images.slice(0, 1).map(({ bytes }) => bytes) },
        { name: "instruction", datatype: "BYTES", shape: [1], data: [utf8(instruction)] },
      ],
    },
    deadlineAtMs,
  );
  if (!answer.ok) return answer;

  const { chunkSize, dimension } = policy.action;
  const actions = answer.value.outputs.find((output) => output.name === "actions");
  if (actions?.datatype !== "FP32" || actions.data.length !== chunkSize * dimension) {
    return failed({ kind: "bad_answer", detail: `expected actions of ${chunkSize} by ${dimension} numbers` });
  }
  return done({
    modelVersion: answer.value.modelVersion,
    actions: rowsOf(actions.data, chunkSize, dimension),
    origin: "runner",
    queueMs: answer.value.queueMs,
    computeMs: answer.value.computeMs,
  });
}
