import { z } from "zod";
import type { InputContract, ModelContract } from "../repository/modelContract.ts";
import { readBinaryData } from "./binaryData.ts";
import type { NamedTensors, WireTensor } from "./datatypes.ts";
import { readJsonData } from "./jsonData.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

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
  readonly outputs: readonly { readonly name: string; readonly binary: boolean }[];
}

const checkSignature = (
  input: RequestJson["inputs"][number],
  contract: InputContract,
  maxBatch: number,
): string | null => {
  if (input.datatype !== contract.datatype) return `has datatype ${input.datatype}, not ${contract.datatype}`;
  const fits =
    input.shape.length === contract.shape.length &&
    contract.shape.every((size, axis) =>
      size === -1 ? (input.shape[axis] ?? 0) > 0 : size === input.shape[axis],
    );
  if (!fits) return `has shape [${input.shape.join(",")}], not [${contract.shape.join(",")}]`;
  const tooMany = contract.shape[0] === -1 && maxBatch > 1 && (input.shape[0] ?? 0) > maxBatch;
  return tooMany ? `has more than ${maxBatch} rows` : null;
};

/** Reads the tensors, JSON or binary; binary ones lie behind the JSON in the order of the inputs. */
const readInputs = (
  inputs: RequestJson["inputs"],
  model: ModelContract,
  binary: Uint8Array<ArrayBuffer>,
): Outcome<NamedTensors> => {
  const read: Record<string, WireTensor> = {};
  let offset = 0;
  for (const input of inputs) {
    const contract = model.inputs.find(({ name }) => name === input.name);
    if (contract === undefined) return refuse(400, `Model '${model.name}' has no such input as is named.`);
    if (Object.hasOwn(read, input.name)) return refuse(400, `Input '${input.name}' is there twice.`);
    const misfit = checkSignature(input, contract, model.max_batch);
    if (misfit !== null) return refuse(400, `Input '${input.name}' ${misfit}.`);
    const sizeBytes = input.parameters?.binary_data_size;
    let tensor: Outcome<WireTensor>;
    if (sizeBytes === undefined) {
      const base64 = input.parameters?.content_type === "base64";
      tensor = readJsonData(input.data, contract.datatype, input.shape, base64);
    } else {
      if (typeof sizeBytes !== "number" || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
        return refuse(400, `Input '${input.name}' has a binary_data_size that is no size.`);
      if (offset + sizeBytes > binary.length)
        return refuse(400, "The body ends before its binary tensors do.");
      tensor = readBinaryData(binary.subarray(offset, offset + sizeBytes), contract.datatype, input.shape);
      offset += sizeBytes;
    }
    if (!tensor.ok) return refuse(400, `Input '${input.name}': ${tensor.failure.error}.`);
    read[input.name] = tensor.value;
  }
  if (offset !== binary.length) return refuse(400, "The body goes on after its binary tensors.");
  const missing = model.inputs.find(({ name }) => !Object.hasOwn(read, name));
  if (missing !== undefined) return refuse(400, `Input '${missing.name}' is missing.`);
  const rows = new Set(model.max_batch > 1 ? Object.values(read).map((tensor) => tensor.shape[0]) : []);
  return rows.size > 1 ? refuse(400, "The inputs have different numbers of rows.") : done(read);
};

const chooseOutputs = (request: RequestJson, model: ModelContract): Outcome<InferRequest["outputs"]> => {
  const all = request.parameters?.binary_data_output === true;
  if (request.outputs === undefined || request.outputs.length === 0)
    return done(model.outputs.map(({ name }) => ({ name, binary: all })));
  const unknown = request.outputs.find((output) => !model.outputs.some(({ name }) => name === output.name));
  if (unknown !== undefined) return refuse(400, `Model '${model.name}' has no such output as is named.`);
  if (new Set(request.outputs.map(({ name }) => name)).size !== request.outputs.length)
    return refuse(400, "An output is named twice.");
  return done(
    request.outputs.map(({ name, parameters }) => {
      const own = parameters?.binary_data;
      return { name, binary: typeof own === "boolean" ? own : all };
    }),
  );
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

const parseJson = (bytes: Uint8Array): Outcome<RequestJson> => {
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(bytes));
  } catch {
    return refuse(400, "The request is not JSON.");
  }
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
  const request = parseJson(body.subarray(0, jsonBytes));
  if (!request.ok) return request;
  const inputs = readInputs(request.value.inputs, model, body.subarray(jsonBytes));
  if (!inputs.ok) return inputs;
  const outputs = chooseOutputs(request.value, model);
  if (!outputs.ok) return outputs;
  return done({ id: request.value.id ?? null, inputs: inputs.value, outputs: outputs.value });
};
