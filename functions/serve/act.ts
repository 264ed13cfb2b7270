import { newUuid, toPublicId } from "../contracts/identifiers.ts";
import type { PolicyAnswer } from "../contracts/observations.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { InferFailure } from "../contracts/ports.ts";
import type { Problem } from "../contracts/problems.ts";
import { findRobot } from "../contracts/robots.ts";
import type { ActInput } from "../guard/gates/actInput.ts";
import { gateActInput } from "../guard/gates/gateActInput.ts";
import { type ActionVerdict, gateAction } from "../guard/gates/gateAction.ts";
import { holdChunk } from "../guard/gates/holdChunk.ts";
import { problemOfFindings } from "../guard/gates/problemOfFindings.ts";
import type { ActCall, ActContext, ActPorts, ActTimings } from "./actContext.ts";
import { answerAct } from "./answerAct.ts";
import { choosePolicy } from "./choosePolicy.ts";
import { type RecordingResult, recordAct } from "./recordAct.ts";
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

  const prepared = prepare(call, timings, ports);
  if (!prepared.ok) return ended(prepared);

  const inferred = await infer(prepared.value, ports);
  if (!inferred.ok) return ended(failed(problemOfInference(inferred.failure)));

  const verdict = gateOutput(prepared.value, inferred.value, ports);
  const context = { ...prepared.value, warnings: [...prepared.value.warnings, ...verdict.warnings] };
  const recording = await record(context, inferred.value, verdict, ports);
  if (!recording.ok) return ended(recording);

  return ended(
    verdict.safe
      ? done(answerAct(context, inferred.value, verdict, recording.value))
      : failed(unsafeAction(context, verdict, recording.value)),
  );
}

function prepare(call: ActCall, timings: ActTimings, ports: ActPorts): Outcome<ActContext, Problem> {
  const { input, options, grant } = call;
  const { configuration, meter } = ports;

  const findings = gateActInput(input, { nowMs: ports.clock.now(), limits: configuration });
  const rejections = findings.filter((finding) => finding.severity === "reject");
  const warnings = findings.filter((finding) => finding.severity === "warn");
  for (const { gate, rule } of rejections) meter.count("headgate_gate_rejections_total", { gate, rule });
  for (const { rule } of warnings) meter.count("headgate_gate_warnings_total", { rule });
  if (rejections.length > 0) return failed(problemOfFindings(rejections));

  const found = actableOf(input);
  if (found === null) return failed({ code: "invalid_request" });
  const policy = choosePolicy(
    options.model ?? grant.defaults.model ?? configuration.ACT_MODEL,
    found.robot,
    input.actionSpace,
    ports.policies.policies,
  );
  if (!policy.ok) return policy;

  meter.count("headgate_consent_decisions_total", { tier: grant.consent.tier });
  const id = newUuid(ports.clock, ports.random);
  return done({ id, call, ...found, policy: policy.value, warnings, timings });
}

/** What the gates have let through, with the absences that they refuse ruled out for the compiler too. */
function actableOf(input: ActInput): Pick<ActContext, "robot" | "images" | "instruction"> | null {
  const robot = input.robotType === null ? null : findRobot(input.robotType);
  const images = input.images.flatMap((image) =>
    image.bytes === null ? [] : [{ ...image, bytes: image.bytes }],
  );
  if (robot === null || images.length === 0 || input.instruction === null) return null;
  return { robot, images, instruction: input.instruction };
}

async function infer(context: ActContext, ports: ActPorts): Promise<Outcome<PolicyAnswer, InferFailure>> {
  const { call, policy, robot, images, instruction, timings } = context;
  const { input } = call;
  const { configuration } = ports;
  const allowedMs = Math.min(
    call.options.deadlineMs ?? configuration.ACT_DEADLINE_MS,
    configuration.ACT_DEADLINE_MAX_MS,
  );

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
    call.receivedAtMs + allowedMs,
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
  const verdict = gateAction({
    actions: answer.actions,
    robot,
    actionSpace: policy.action.actionSpace,
    units: policy.action.units,
    gripperConvention: policy.action.gripperConvention,
    state: input.state,
    minimumScore: ports.configuration.ACT_SAFETY_SCORE_MIN,
  });
  for (const { rule } of verdict.warnings) ports.meter.count("headgate_gate_warnings_total", { rule });
  if (!verdict.safe) {
    ports.meter.count("headgate_unsafe_actions_total", { model: policy.name, robot_type: robot.name });
  }
  return verdict;
}

async function record(
  context: ActContext,
  answer: PolicyAnswer,
  verdict: ActionVerdict,
  ports: ActPorts,
): Promise<Outcome<RecordingResult, Problem>> {
  const startedAtMs = ports.clock.now();
  const result = await recordAct(context, answer, verdict, ports);
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
    case "invalid_input":
      return { code: "gate_image", errors: [{ pointer: "/image", detail: failure.detail }] };
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
