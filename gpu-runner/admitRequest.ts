import { done, type Outcome, refuse } from "./protocol/outcome.ts";
import type { ModelContract } from "./repository/modelContract.ts";
import { type Engine, findModel, type Serving } from "./serving.ts";

/** A model version that may be asked now, and what computes it. */
export interface Admitted {
  readonly contract: ModelContract;
  readonly version: string;
  readonly engine: Engine;
}

/**
 * Finds the model of an inference request. 404 where there is none, 503 while the runner loads. One that drains still
 * answers what comes over connections that are open, and says that they end with the answer.
 */
export const admitRequest = (serving: Serving, name: string, version: string | null): Outcome<Admitted> => {
  const found = findModel(serving, name, version);
  if (!found.ok) return found;
  const { engine } = serving;
  if (engine === null) return refuse(503, "The models are still loading.");
  return done({ contract: found.value.model.contract, version: found.value.version, engine });
};
