import { z } from "zod";
import type { ModelContract } from "../repository/modelContract.ts";
import { readBinaryData } from "./binaryData.ts";
import { type ChosenOutput, chooseOutputs } from "./chooseOutputs.ts";
import { collectInputs } from "./collectInputs.ts";
import type { NamedTensors, WireTensor } from "./datatypes.ts";
import { readJsonData } from "./jsonData.ts";
import { done, type Outcome, refuse } from "./outcome.ts";
import { parseJson } from "./parseJson.ts";

const parametersSchema = z.record(z.string(), z.unknown()).optional();

const tensorSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int().min(0)).max(16),
  parameters: parametersSchema,
  data: z.unknown().optional(),
});

const requestSchema = z.object({
  id: z.string().max(256).optional(),
  parameters: parametersSchema,
  inputs: z.array(tensorSchema).max(64),
  outputs: z
    .array(z.object({ name: z.string(), parameters: parametersSchema }))
    .max(64)
    .optional(),
});
type RequestJson = z.infer<typeof requestSchema>;

/** An inference request, checked against its model's contract. */
export interface InferRequest {
  readonly id: string | null;
  readonly inputs: NamedTensors;
  /** The outputs to answer with, in order, and whether each goes as binary. */
  readonly outputs: readonly ChosenOutput[];
}

/** Reads the tensors, JSON or binary; binary ones lie behind the JSON in the order of the inputs. */
const readInputs = (
  inputs: RequestJson["inputs"],
  model: ModelContract,
  binary: Uint8Array<ArrayBuffer>,
): Outcome<NamedTensors> => {
  let offset = 0;
  const read = collectInputs(inputs, model, ({ data, parameters, shape }, { datatype }) => {
    const sizeBytes = parameters?.binary_data_size;
    if (sizeBytes === undefined)
      return readJsonData(data, datatype, shape, parameters?.content_type === "base64");
    if (typeof sizeBytes !== "number" || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
      return refuse(400, "binary_data_size is no size");
    if (offset + sizeBytes > binary.length) return refuse(400, "the body ends before its binary data does");
    const tensor = readBinaryData(binary.subarray(offset, offset + sizeBytes), datatype, shape);
    offset += sizeBytes;
    return tensor;
  });
  if (read.ok && offset !== binary.length) return refuse(400, "The body goes on after its binary tensors.");
  return read;
};

const readOutputs = (request: RequestJson, model: ModelContract): Outcome<InferRequest["outputs"]> => {
  const named = (request.outputs ?? []).map(({ name, parameters }) => {
    const own = parameters?.binary_data;
    return { name, binary: typeof own === "boolean" ? own : undefined };
  });
  return chooseOutputs(named, request.parameters?.binary_data_output === true, model);
};

const readRequest = (bytes: Uint8Array, model: ModelContract): Outcome<RequestJson> => {
  const json = parseJson(bytes, model);
  if (json === undefined) return refuse(400, "The request is not JSON.");
  const request = requestSchema.safeParse(json);
  if (request.success) return done(request.data);
  const [issue] = request.error.issues;
  return refuse(
    400,
    `The request does not fit the protocol at '${issue?.path.join(".")}': ${issue?.message}.`,
  );
};

/** A header length of 0: the whole body is the model's only input, one row, and all outputs go as binary. */
const readRaw = (body: Uint8Array<ArrayBuffer>, model: ModelContract): Outcome<InferRequest> => {
  const [input] = model.inputs;
  if (input === undefined || model.inputs.length > 1)
    return refuse(400, `Model '${model.name}' has several inputs, so a raw body does not say enough.`);
  const shape = input.shape.map((dimension) => Math.max(1, dimension));
  const tensor: Outcome<WireTensor> =
    input.datatype === "BYTES"
      ? done({ datatype: "BYTES", shape, elements: [body] })
      : readBinaryData(body, input.datatype, shape);
  if (!tensor.ok) return refuse(400, `The raw body: ${tensor.failure.error}.`);
  if (body.length === 0) return refuse(400, "The raw body is empty.");
  const outputs = model.outputs.map(({ name }) => ({ name, binary: true }));
  return done({ id: null, inputs: { [input.name]: tensor.value }, outputs });
};

/**
 * Reads an inference request of the Open Inference Protocol: JSON, or JSON of `headerLength` bytes (the header
 * Inference-Header-Content-Length) with binary tensors behind it. 400 with a sentence where anything does not
 * fit; never throws. Binary BYTES are views of `body`.
 */
export const parseInferRequest = (
  body: Uint8Array<ArrayBuffer>,
  headerLength: string | undefined,
  model: ModelContract,
): Outcome<InferRequest> => {
  if (headerLength !== undefined && !/^\d{1,12}$/.test(headerLength))
    return refuse(400, "Inference-Header-Content-Length is no length.");
  const jsonBytes = headerLength === undefined ? body.length : Number(headerLength);
  if (jsonBytes > body.length) return refuse(400, "Inference-Header-Content-Length is longer than the body.");
  if (headerLength !== undefined && jsonBytes === 0) return readRaw(body, model);
  const request = readRequest(body.subarray(0, jsonBytes), model);
  if (!request.ok) return request;
  const inputs = readInputs(request.value.inputs, model, body.subarray(jsonBytes));
  if (!inputs.ok) return inputs;
  const outputs = readOutputs(request.value, model);
  if (!outputs.ok) return outputs;
  return done({ id: request.value.id ?? null, inputs: inputs.value, outputs: outputs.value });
};
