import type { ModelContract } from "./modelContract.ts";

const known = new WeakMap<ModelContract, string>();

/** What a request is read by: the contract without what only loading looks at. Equal texts mean equal signatures. */
export const signatureOf = (contract: ModelContract): string => {
  const remembered = known.get(contract);
  if (remembered !== undefined) return remembered;
  const { inputs, max_batch, outputs } = contract;
  const signature = JSON.stringify([
    max_batch,
    inputs.map(({ datatype, name, shape }) => [name, datatype, shape]),
    outputs.map(({ datatype, name, shape }) => [name, datatype, shape]),
  ]);
  known.set(contract, signature);
  return signature;
};
