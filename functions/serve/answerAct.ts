import { toPublicId } from "../contracts/identifiers.ts";
import type { PolicyAnswer } from "../contracts/observations.ts";
import type { ActionVerdict } from "../guard/gates/gateAction.ts";
import { delayStepsOf } from "../guard/gates/gateContinuation.ts";
import type { ActContext } from "./actContext.ts";
import type { RecordingResult } from "./recordAct.ts";
import type { ActAnswer } from "./schema.ts";

/** The answer to an act whose action is safe. */
export function answerAct(
  context: ActContext,
  answer: PolicyAnswer,
  verdict: ActionVerdict,
  recording: RecordingResult,
  nowMs: number,
): ActAnswer {
  const { action } = context.policy;
  const delaySteps = delayStepsOf(context.call.input, context.chunk.stepSeconds, nowMs);
  return {
    id: toPublicId("inference", context.id),
    model: context.policy.name,
    model_version: answer.modelVersion,
    action: answer.actions[0] ?? [],
    actions: answer.actions,
    chunk_size: answer.actions.length,
    dt_s: 1 / context.robot.controlHz,
    ...(delaySteps === null ? {} : { delay_steps: delaySteps }),
    action_space: action.actionSpace,
    gripper_convention: action.gripperConvention,
    norm_key: action.normKey,
    safety: { score: verdict.score, checks: [...verdict.checks] },
    consent_tier: context.call.grant.consent.tier,
    recorded: recording.recorded,
    ...(recording.reason === null ? {} : { reason: recording.reason }),
    warnings: context.warnings.map(({ rule, pointer, detail }) => ({ rule, pointer, detail })),
  };
}
