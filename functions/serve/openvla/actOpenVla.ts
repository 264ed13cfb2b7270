import type { Policy } from "../../contracts/models.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import type { KeyDefaults } from "../../guard/identity/schema.ts";
import type { ActCall } from "../actContext.ts";
import type { ActAnswer } from "../schema.ts";
import { writeNumbers } from "./jsonNumpy.ts";
import type { OpenVlaForm, OpenVlaRequest } from "./readOpenVla.ts";
import type { OpenVlaAnswer, OpenVlaQuery } from "./schema.ts";

interface Circumstances {
  readonly query: OpenVlaQuery;
  readonly defaults: KeyDefaults;
  /** The policy that serves where nobody names one. */
  readonly fallbackModel: string;
  readonly policies: readonly Policy[];
}

/**
 * What an OpenVLA client asks, in our words: what its protocol has no place for comes from the address, else from
 * the key's defaults. Refuses statistics other than the policy's own: the numbers would mean something else.
 */
export function readOpenVlaCall(
  request: OpenVlaRequest,
  { query, defaults, fallbackModel, policies }: Circumstances,
): Outcome<Pick<ActCall, "input" | "options" | "source">, Problem> {
  const model = query.model ?? defaults.model ?? fallbackModel;
  const normKey = policies.find(({ name }) => name === model)?.action.normKey;
  if (request.unnormKey !== null && normKey !== undefined && request.unnormKey !== normKey) {
    const detail = `${model} un-normalizes by \`${normKey}\`: send that, or leave \`unnorm_key\` out`;
    return failed({ code: "gate_action_vector", errors: [{ pointer: "/unnorm_key", detail }] });
  }
  return done({
    source: "openvla",
    input: {
      robotType: query.robot_type ?? defaults.robotType ?? null,
      instruction: request.instruction,
      images: request.images,
      state: request.state,
      actionSpace: null,
      episodeId: query.episode_id ?? null,
      step: null,
      capturedAt: null,
      environment: query.environment ?? null,
      inferenceDelaySteps: null,
      previousChunk: null,
    },
    options: {
      model,
      deadlineMs: query.deadline_ms ?? null,
      maxAgeMs: null,
      dryRun: false,
      recordRequired: false,
    },
  });
}

/** The answer as OpenVLA's server gives it, and OpenVLA-OFT's: an array, or a list of them, or that as a text. */
export function answerOpenVla(
  { encoded, chunk }: OpenVlaForm,
  { action, actions }: Pick<ActAnswer, "action" | "actions">,
): OpenVlaAnswer {
  const answer = chunk ? actions.map(writeNumbers) : writeNumbers(action);
  return encoded ? JSON.stringify(answer) : answer;
}
