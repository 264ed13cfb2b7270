import type { InferParameter, ModelInferRequest } from "../generated/inference/grpc_service_pb.js";
import { readBinaryData } from "../protocol/binaryData.ts";
import { chooseOutputs } from "../protocol/chooseOutputs.ts";
import { collectInputs } from "../protocol/collectInputs.ts";
import type { NamedTensors, WireTensor } from "../protocol/datatypes.ts";
import type { InferRequest } from "../protocol/inferRequest.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import { ownBytes, readTypedTensor } from "./readTensor.ts";

type Parameters = Readonly<Record<string, InferParameter>>;

/** As many as REST takes. */
const INPUT_LIMIT = 64;
const ID_LIMIT_CHARACTERS = 256;

const readFlag = (parameters: Parameters, name: string): boolean | undefined => {
  const choice = Object.hasOwn(parameters, name) ? parameters[name]?.parameterChoice : undefined;
  return choice?.case === "boolParam" ? choice.value : undefined;
};

/** Elements of BYTES must not be views: all of a message's views share one buffer. */
const separate = (tensor: WireTensor): WireTensor =>
  tensor.datatype === "BYTES" ? { ...tensor, elements: tensor.elements.map(ownBytes) } : tensor;

const readInputs = (message: ModelInferRequest, model: ModelContract): Outcome<NamedTensors> => {
  const { inputs, rawInputContents: raw } = message;
  if (raw.length > 0 && raw.length !== inputs.length)
    return refuse(400, `There are ${raw.length} raw_input_contents for ${inputs.length} inputs.`);
  if (raw.length > 0 && inputs.some(({ contents }) => contents !== undefined))
    return refuse(400, "Inputs have contents, and the request has raw_input_contents.");
  const sent = inputs.map(({ contents, datatype, name, shape }, position) => ({
    name,
    datatype,
    shape: shape.map(Number),
    contents,
    raw: raw[position],
  }));
  return collectInputs(sent, model, ({ contents, raw: bytes, shape }, { datatype }) => {
    if (bytes === undefined) return readTypedTensor(contents, datatype, shape);
    const view =
      bytes.buffer instanceof ArrayBuffer
        ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
        : ownBytes(bytes);
    const tensor = readBinaryData(view, datatype, shape);
    return tensor.ok ? done(separate(tensor.value)) : tensor;
  });
};

/**
 * Reads a ModelInferRequest, checked against its model's contract. Outputs go raw where the inputs came raw, or where
 * `binary_data_output` (of the request) or `binary_data` (of an output) says so. 400 where anything does not fit.
 */
export const parseGrpcRequest = (message: ModelInferRequest, model: ModelContract): Outcome<InferRequest> => {
  if (message.inputs.length > INPUT_LIMIT) return refuse(400, `There are more than ${INPUT_LIMIT} inputs.`);
  if (message.id.length > ID_LIMIT_CHARACTERS)
    return refuse(400, `The id is longer than ${ID_LIMIT_CHARACTERS} characters.`);
  const inputs = readInputs(message, model);
  if (!inputs.ok) return inputs;
  const named = message.outputs.map(({ name, parameters }) => ({
    name,
    binary: readFlag(parameters, "binary_data"),
  }));
  const binary = readFlag(message.parameters, "binary_data_output") ?? message.rawInputContents.length > 0;
  const outputs = chooseOutputs(named, binary, model);
  if (!outputs.ok) return outputs;
  return done({ id: message.id === "" ? null : message.id, inputs: inputs.value, outputs: outputs.value });
};
