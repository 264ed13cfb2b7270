import { MODELS, type ModelDefinition, type Policy, PULLED_MODELS } from "../contracts/models.ts";
import type { ModelList } from "./schema.ts";

const describe = (model: ModelDefinition): ModelList["data"][number] => ({
  id: model.name,
  object: "model",
  kind: model.kind,
  version: model.version,
  description: model.description,
  ...(model.kind === "policy"
    ? {
        served_by: model.servedBy ?? "runner",
        ...(model.robots === undefined ? {} : { robot_types: [...model.robots] }),
        action_space: model.action.actionSpace,
        action_dimension: model.action.dimension,
        chunk_size: model.action.chunkSize,
        gripper_convention: model.action.gripperConvention,
        norm_key: model.action.normKey,
      }
    : { dimensions: model.dimensions }),
});

/**
 * The catalog as `GET /v1/models` answers it, in the list shape that OpenAI clients read: of what is to be pulled, only
 * what the gate is set to use.
 */
export function listModels(policies: readonly Policy[], used: readonly string[]): ModelList {
  const builtIn = MODELS.filter((model) => model.kind !== "policy");
  const pulled = PULLED_MODELS.filter(({ name }) => used.includes(name));
  return { object: "list", data: [...policies, ...builtIn, ...pulled].map(describe) };
}
