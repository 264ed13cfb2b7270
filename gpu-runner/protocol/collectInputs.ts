import type { InputContract, ModelContract } from "../repository/modelContract.ts";
import { countElements, type NamedTensors, type WireTensor } from "./datatypes.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

/** An input as every protocol names it, before its elements are read. */
export interface SentInput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** How a sent input differs from the contract. How many rows are too many depends on their priority: the scheduler says. */
const misfitOf = (input: SentInput, contract: InputContract): string | null => {
  if (input.datatype !== contract.datatype) return `has datatype ${input.datatype}, not ${contract.datatype}`;
  const fits =
    input.shape.length === contract.shape.length &&
    contract.shape.every((size, axis) =>
      size === -1 ? (input.shape[axis] ?? 0) > 0 : size === input.shape[axis],
    );
  if (!fits) return `has shape [${input.shape.join(",")}], not [${contract.shape.join(",")}]`;
  return Number.isSafeInteger(countElements(input.shape)) ? null : "has more elements than can be counted";
};

/** What a caller sent may be quoted, but not at any length. */
const QUOTED_CHARACTERS = 200;

/**
 * Checks the inputs against a model's contract and reads each by `read`, in the order in which they were sent.
 * 400 where one is unknown, there twice, missing, or differs in datatype, shape or rows.
 */
export const collectInputs = <Sent extends SentInput>(
  inputs: readonly Sent[],
  model: ModelContract,
  read: (input: Sent, contract: InputContract) => Outcome<WireTensor>,
): Outcome<NamedTensors> => {
  const tensors: Record<string, WireTensor> = {};
  for (const input of inputs) {
    const contract = model.inputs.find(({ name }) => name === input.name);
    if (contract === undefined) return refuse(400, `Model '${model.name}' has no such input as is named.`);
    if (Object.hasOwn(tensors, input.name)) return refuse(400, `Input '${input.name}' is there twice.`);
    const misfit = misfitOf(input, contract);
    if (misfit !== null) return refuse(400, `Input '${input.name}' ${misfit.slice(0, QUOTED_CHARACTERS)}.`);
    const tensor = read(input, contract);
    if (!tensor.ok) return refuse(400, `Input '${input.name}': ${tensor.failure.error}.`);
    tensors[input.name] = tensor.value;
  }
  const missing = model.inputs.find(({ name }) => !Object.hasOwn(tensors, name));
  if (missing !== undefined) return refuse(400, `Input '${missing.name}' is missing.`);
  const rows = new Set(model.max_batch > 1 ? Object.values(tensors).map((tensor) => tensor.shape[0]) : []);
  return rows.size > 1 ? refuse(400, "The inputs have different numbers of rows.") : done(tensors);
};
