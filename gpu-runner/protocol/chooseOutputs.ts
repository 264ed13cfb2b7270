import type { ModelContract } from "../repository/modelContract.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

/** An output that is answered, and whether as bytes rather than as elements. */
export interface ChosenOutput {
  readonly name: string;
  readonly binary: boolean;
}

/** The outputs to answer with: those that are named, in that order, or all. 400 for one unknown or named twice. */
export const chooseOutputs = (
  named: readonly { readonly name: string; readonly binary: boolean | undefined }[],
  binary: boolean,
  model: ModelContract,
): Outcome<readonly ChosenOutput[]> => {
  if (named.length === 0) return done(model.outputs.map(({ name }) => ({ name, binary })));
  const unknown = named.find((output) => !model.outputs.some(({ name }) => name === output.name));
  if (unknown !== undefined) return refuse(400, `Model '${model.name}' has no such output as is named.`);
  if (new Set(named.map(({ name }) => name)).size !== named.length)
    return refuse(400, "An output is named twice.");
  return done(named.map((output) => ({ name: output.name, binary: output.binary ?? binary })));
};
