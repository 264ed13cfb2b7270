import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Graph } from "../build-models/graph.ts";
import type { ModelContract } from "../repository/modelContract.ts";

/** y = factor · x, over rows of `width` numbers. */
export const affineGraph = (factor: number, width = 3): Uint8Array => {
  const graph = new Graph("affine");
  const x = graph.input("x", "float", ["N", width]);
  graph.op("Mul", [x, graph.scalar(factor)], {}, "y");
  graph.output("y", ["N", width]);
  return graph.toBytes();
};

export const affineContract = (name: string, more: Partial<ModelContract> = {}): ModelContract => ({
  name,
  max_batch: 4,
  inputs: [{ name: "x", datatype: "FP32", shape: [-1, 3] }],
  outputs: [{ name: "y", datatype: "FP32", shape: [-1, 3] }],
  ...more,
});

/** Puts a file in the place of an earlier one, whole or not at all. */
const replaceFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
};

/** Writes `model.json` and one version of a model into a repository. */
export const putModel = async (
  repository: string,
  contract: ModelContract,
  version: number,
  graph: Uint8Array,
): Promise<void> => {
  const folder = join(repository, contract.name);
  await mkdir(join(folder, String(version)), { recursive: true });
  await replaceFile(join(folder, String(version), "model.onnx"), graph);
  await replaceFile(join(folder, "model.json"), JSON.stringify(contract));
};
