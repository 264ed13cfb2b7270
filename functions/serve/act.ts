import { toPublicId } from "../contracts/identifiers.ts";
import type { PolicyAnswer } from "../contracts/observations.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { InferFailure } from "../contracts/ports.ts";
import type { Problem } from "../contracts/problems.ts";
import type { ActInput } from "../guard/gates/actInput.ts";
import { type ActionVerdict, gateAction } from "../guard/gates/gateAction.ts";
import { gateElapsed } from "../guard/gates/gateContinuation.ts";
import { holdChunk } from "../guard/gates/holdChunk.ts";
import type { Seam } from "../guard/gates/measureSeam.ts";
import type { ActCall, ActContext, ActPorts, ActTimings } from "./actContext.ts";
import { answerAct } from "./answerAct.ts";
import { actDeadlineMs } from "./chunks/actDeadline.ts";
import { prepareAct } from "./prepareAct.ts";
import { beginRecord, type RecordingResult, recordAct } from "./recordAct.ts";
import type { ActAnswer } from "./schema.ts";

export interface ActResult {
  readonly outcome: Outcome<ActAnswer, Problem>;
  readonly timings: ActTimings;
}

/**
 * Serves one request to act, over whatever surface, whose key, limits and consent tier are already admitted: gates the input, asks
 * the policy, gates its output, records what consent allows. Never answers an action outside the envelope.
 */
export async function act(call: ActCall, ports: ActPorts): Promise<ActResult> {
  const timings: ActTimings = { runnerQueueMs: null, runnerComputeMs: null, inferMs: null, recordMs: null };
  const ended = (outcome: Outcome<ActAnswer, Problem>): ActResult => ({ outcome, timings });

  const prepared = prepareAct(call, timings, ports);
  if (!prepared.ok) return ended(prepared);

  const inferring = infer(prepared.value, ports);
  const begun = beginRecord(prepared.value, ports);
  const inferred = await inferring;
  if (!inferred.ok) return ended(failed(problemOfInference(inferred.failure)));

  const verdict = gateOutput(prepared.value, inferred.value, ports);
  const context = { ...prepared.value, warnings: [...prepared.value.warnings, ...verdict.warnings] };
  const recording = await record(context, inferred.value, verdict, begun, ports);
  if (!recording.ok) return ended(recording);

  return ended(
    verdict.safe
      ? done(answerAct(context, inferred.value, verdict, recording.value, ports.clock.now()))
      : failed(unsafeAction(context, verdict, recording.value)),
  );
}

async function infer(context: ActContext, ports: ActPorts): Promise<Outcome<PolicyAnswer, InferFailure>> {
  const { call, policy, robot, images, instruction, timings } = context;
  const { input } = call;

  const startedAtMs = ports.clock.now();
  const answer = await ports.policies.infer(
    policy,
    {
      images,
      instruction,
      robotType: robot.name,
      state: input.state,
      episodeId: input.episodeId,
      step: input.step,
      inferenceDelaySteps: input.inferenceDelaySteps,
      previousChunk: input.previousChunk,
    },
    actDeadlineMs(context, ports.configuration),
    call.traceparent,
  );
  timings.inferMs = ports.clock.now() - startedAtMs;
  if (answer.ok) {
    timings.runnerQueueMs = answer.value.queueMs;
    timings.runnerComputeMs = answer.value.computeMs;
  }
  return answer;
}

function gateOutput(context: ActContext, answer: PolicyAnswer, ports: ActPorts): ActionVerdict {
  const { robot, policy } = context;
  const { input } = context.call;
  const judged = gateAction({
    actions: answer.actions,
    robot,
    actionSpace: policy.action.actionSpace,
    units: policy.action.units,
    gripperConvention: policy.action.gripperConvention,
    state: input.state,
    seam: seamOf(input),
    minimumScore: ports.configuration.ACT_SAFETY_SCORE_MIN,
  });
  const late = gateElapsed(input, context.chunk, ports.clock.now());
  const verdict = { ...judged, warnings: [...judged.warnings, ...late] };
  for (const { rule } of verdict.warnings) ports.meter.count("headgate_gate_warnings_total", { rule });
  if (!verdict.safe) {
    ports.meter.count("headgate_unsafe_actions_total", { model: policy.name, robot_type: robot.name });
  }
  return verdict;
}

/** Where the chunk takes over from the last one; null where the robot does none of that meanwhile. */
const seamOf = ({ previousChunk, inferenceDelaySteps }: ActInput): Seam | null =>
  previousChunk === null || inferenceDelaySteps === null
    ? null
    : { leftOver: previousChunk, delaySteps: inferenceDelaySteps };

async function record(
  context: ActContext,
  answer: PolicyAnswer,
  verdict: ActionVerdict,
  begun: ReturnType<typeof beginRecord>,
  ports: ActPorts,
): Promise<Outcome<RecordingResult, Problem>> {
  const startedAtMs = ports.clock.now();
  const result = await recordAct(context, answer, verdict, begun, ports);
  context.timings.recordMs = ports.clock.now() - startedAtMs;
  ports.meter.observe("headgate_record_duration_seconds", context.timings.recordMs / 1000);
  const required = context.call.options.recordRequired;
  return required && result.reason === "unavailable" ? failed({ code: "record_unavailable" }) : done(result);
}

function unsafeAction(context: ActContext, verdict: ActionVerdict, recording: RecordingResult): Problem {
  const { robot, policy, call, id } = context;
  const failing = verdict.checks.filter((check) => !check.passed);
  return {
    code: "unsafe_action",
    errors: failing.map((check) => ({
      pointer: "/actions",
      detail: `${check.rule}: ${check.value} is beyond ${check.limit}`,
    })),
    extensions: {
      id: toPublicId("inference", id),
      hold: holdChunk(robot, policy.action, call.input.state),
      safety: { score: verdict.score, checks: verdict.checks },
      recorded: recording.recorded,
      ...(recording.reason === null ? {} : { reason: recording.reason }),
    },
  };
}

function problemOfInference(failure: InferFailure): Problem {
  switch (failure.kind) {
    case "deadline":
      return { code: "deadline_exceeded" };
    case "invalid_input": {
      const pointer = failure.pointer ?? "/image";
      const code = pointer === "/state" ? "gate_action_vector" : "gate_image";
      return { code, errors: [{ pointer, detail: failure.detail }] };
    }
    case "no_capacity":
    case "unknown_model":
      return { code: "no_capacity", detail: failure.detail, retryAfterSeconds: 1 };
    case "bad_answer":
      return {
        code: "no_capacity",
        detail: `the model's answer was unusable: ${failure.detail}`,
        retryAfterSeconds: 1,
      };
  }
}
