import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Graph } from "../build-models/graph.ts";
import type { ModelContract } from "../repository/modelContract.ts";

const AFFINE: ModelContract = {
  name: "affine",
  max_batch: 4,
  inputs: [{ name: "x", datatype: "FP32", shape: [-1, 3] }],
  outputs: [{ name: "y", datatype: "FP32", shape: [-1, 3] }],
};

const affine = (factor: number): Uint8Array => {
  const graph = new Graph("affine");
  const x = graph.input("x", "float", ["N", 3]);
  graph.op("Mul", [x, graph.scalar(factor)], {}, "y");
  graph.output("y", ["N", 3]);
  return graph.toBytes();
};

/** A temporary repository: the built-in models, and `affine` (y = version · x / 3) in two versions. */
export const makeRepository = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-models-"));
  await cp(fileURLToPath(new URL("../models", import.meta.url)), folder, { recursive: true });
  for (const version of [1, 2]) {
    await mkdir(join(folder, "affine", String(version)), { recursive: true });
    await writeFile(join(folder, "affine", String(version), "model.onnx"), affine(version / 3));
  }
  await writeFile(join(folder, "affine", "model.json"), JSON.stringify(AFFINE));
  return folder;
};
