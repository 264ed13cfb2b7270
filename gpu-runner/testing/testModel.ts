import { readFile } from "node:fs/promises";
import { InferenceSession } from "onnxruntime-node";
import { type RunnableModel, runBatch } from "../compute/runBatch.ts";
import type { NamedTensors, WireTensor } from "../protocol/datatypes.ts";
import { modelContractSchema } from "../repository/modelContract.ts";

const encoder = new TextEncoder();

/** A BYTES tensor of texts or encoded images. */
export const bytesTensor = (...elements: (string | Uint8Array<ArrayBuffer>)[]): WireTensor => ({
  datatype: "BYTES",
  shape: [elements.length],
  elements: elements.map((element) => (typeof element === "string" ? encoder.encode(element) : element)),
});

/** The floats of an output. */
export const floatsOf = (tensor: WireTensor | undefined): Float32Array => {
  if (tensor === undefined || tensor.datatype === "BYTES") throw new Error("no such numeric output");
  return new Float32Array(tensor.bytes.slice().buffer);
};

export type Call = (inputs: NamedTensors) => Promise<NamedTensors>;

/** A built-in model as the workers hold it, in this process. */
export const loadModel = async (name: string): Promise<RunnableModel> => {
  const folder = new URL(`../models/${name}/`, import.meta.url);
  const contract = modelContractSchema.parse(
    JSON.parse(await readFile(new URL("model.json", folder), "utf8")),
  );
  const bytes = await readFile(new URL("1/model.onnx", folder));
  return {
    contract,
    session: await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 }),
  };
};

/** A built-in model, to be called with one request at a time. */
export const openModel = async (name: string): Promise<Call> => {
  const model = await loadModel(name);
  return async (inputs) => {
    const [result] = await runBatch(model, [inputs], 1_000_000);
    if (!result?.ok) throw new Error(result?.failure.error ?? "no result");
    return result.value;
  };
};
