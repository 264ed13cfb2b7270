import { writeBinaryData } from "./binaryData.ts";
import type { NamedTensors } from "./datatypes.ts";
import type { InferRequest } from "./inferRequest.ts";
import { writeJsonData } from "./jsonData.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

export interface InferAnswer {
  readonly model: string;
  readonly version: string;
  readonly request: InferRequest;
  readonly outputs: NamedTensors;
  readonly queueMs: number;
  readonly computeMs: number;
}

export interface EncodedAnswer {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const microseconds = (durationMs: number): number => Math.round(durationMs * 1000) / 1000;

/** Writes an answer as JSON, with binary tensors behind it where the caller wants them. */
export const encodeInferResponse = (answer: InferAnswer): Outcome<EncodedAnswer> => {
  const queueMs = microseconds(answer.queueMs);
  const computeMs = microseconds(answer.computeMs);
  const tensors: string[] = [];
  const binary: Uint8Array[] = [];
  for (const { name, binary: asBinary } of answer.request.outputs) {
    const tensor = answer.outputs[name];
    if (tensor === undefined) return refuse(500, `Output '${name}' is missing.`, "model");
    const head = `"name":${JSON.stringify(name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(",")}]`;
    if (asBinary) {
      const bytes = writeBinaryData(tensor);
      binary.push(bytes);
      tensors.push(`{${head},"parameters":{"binary_data_size":${bytes.length}}}`);
      continue;
    }
    const data = writeJsonData(tensor);
    if (data === null)
      return refuse(400, `Output '${name}' holds what JSON cannot say; ask for binary_data.`);
    tensors.push(`{${head},"data":${data}}`);
  }
  const id = answer.request.id === null ? "" : `"id":${JSON.stringify(answer.request.id)},`;
  const json = Buffer.from(
    `{"model_name":${JSON.stringify(answer.model)},"model_version":"${answer.version}",${id}` +
      `"parameters":{"queue_ms":${queueMs},"compute_ms":${computeMs}},"outputs":[${tensors.join(",")}]}`,
  );
  const timing = { "Server-Timing": `queue;dur=${queueMs}, compute;dur=${computeMs}` };
  if (binary.length === 0)
    return done({ body: json, headers: { ...timing, "Content-Type": "application/json" } });
  return done({
    body: Buffer.concat([json, ...binary]),
    headers: {
      ...timing,
      "Content-Type": "application/octet-stream",
      "Inference-Header-Content-Length": String(json.length),
    },
  });
};
