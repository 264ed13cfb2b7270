import { PROBLEMS, type Problem, type ProblemDefinition } from "../../contracts/problems.ts";
import type { ActTimings } from "../actContext.ts";
import type { ActAnswer } from "../schema.ts";
import type { WireValue } from "./msgpack.ts";
import { writeChunk, writeNumbers } from "./ndarray.ts";

/** What an answer says beside the action: where it stands in its episode, and where the time went. */
export interface AnswerContext {
  readonly episodeId: string;
  readonly step: number;
  readonly state: readonly number[] | null;
  readonly timings: ActTimings;
  readonly admitMs: number;
  /** From the arrival of the observation until its answer was there to be written. */
  readonly handledMs: number;
  /** The same of the answer before, with writing and sending it; null in the first. */
  readonly previousTotalMs: number | null;
}

/** An action, in openpi's words; what only we have to say lies under `headgate`. */
export function actionAnswer(answer: ActAnswer, context: AnswerContext): WireValue {
  const { id, model, model_version, safety, recorded, reason = null, consent_tier, warnings } = answer;
  const { delay_steps = null } = answer;
  return {
    ...openpiAnswer(answer.actions, context),
    headgate: {
      id,
      model,
      model_version,
      episode_id: context.episodeId,
      step: context.step,
      safety_score: safety.score,
      delay_steps,
      recorded,
      reason,
      consent_tier,
      warnings,
    },
  };
}

/** The chunk that moves nothing, in the place of an unsafe one: `headgate.code` says so. */
export function holdAnswer(hold: number[][], problem: Problem, context: AnswerContext): WireValue {
  const { id = null, recorded = false, reason = null } = wireOf(problem.extensions ?? {});
  return {
    ...openpiAnswer(hold, context),
    headgate: {
      code: problem.code,
      id,
      episode_id: context.episodeId,
      step: context.step,
      recorded,
      reason,
      errors: (problem.errors ?? []).map(({ pointer, detail }) => ({ pointer, detail })),
    },
  };
}

/** The plain members of an object. */
function wireOf(members: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const plain: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(members)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      plain[name] = value;
  }
  return plain;
}

function openpiAnswer(chunk: readonly (readonly number[])[], context: AnswerContext) {
  const { state, timings, admitMs, handledMs, previousTotalMs } = context;
  return {
    actions: writeChunk(chunk),
    ...(state === null ? {} : { state: writeNumbers(state, [state.length]) }),
    policy_timing: { infer_ms: timings.inferMs ?? 0 },
    server_timing: {
      infer_ms: handledMs,
      ...(previousTotalMs === null ? {} : { prev_total_ms: previousTotalMs }),
      admit_ms: admitMs,
      runner_queue_ms: timings.runnerQueueMs,
      runner_compute_ms: timings.runnerComputeMs,
      record_ms: timings.recordMs,
    },
  };
}

/**
 * A problem as openpi's error, a text frame: its client raises it, and can mistake it for nothing else. The
 * text is the problem as JSON.
 */
export function problemText(problem: Problem): string {
  const definition: ProblemDefinition = PROBLEMS[problem.code];
  return JSON.stringify({
    code: problem.code,
    status: definition.status,
    title: definition.title,
    detail: problem.detail ?? definition.title,
    errors: problem.errors ?? [],
    fix: definition.fix,
    retryable: definition.retryable,
    ...(problem.retryAfterSeconds === undefined ? {} : { retry_after_s: problem.retryAfterSeconds }),
    ...problem.extensions,
  });
}
