import { create } from "@bufbuild/protobuf";
import { type ModelInferResponse, ModelInferResponseSchema } from "../generated/inference/grpc_service_pb.js";
import { writeBinaryData } from "../protocol/binaryData.ts";
import type { WireTensor } from "../protocol/datatypes.ts";
import type { InferAnswer } from "../protocol/inferResponse.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import { writeTypedTensor } from "./writeTensor.ts";

const milliseconds = (value: number) => ({ parameterChoice: { case: "doubleParam" as const, value } });

/**
 * Writes an answer as a ModelInferResponse. Raw and typed contents do not mix in one message: where one output goes
 * raw, or has a datatype without typed contents, all do.
 */
export const writeGrpcAnswer = (answer: InferAnswer): Outcome<ModelInferResponse> => {
  const tensors: { readonly name: string; readonly tensor: WireTensor }[] = [];
  for (const { name } of answer.request.outputs) {
    const tensor = answer.outputs[name];
    if (tensor === undefined) return refuse(500, `Output '${name}' is missing.`, "model");
    tensors.push({ name, tensor });
  }
  const raw = answer.request.outputs.some(({ binary }) => binary);
  const typed = raw ? [] : tensors.flatMap(({ tensor }) => writeTypedTensor(tensor) ?? []);
  const allTyped = !raw && typed.length === tensors.length;
  return done(
    create(ModelInferResponseSchema, {
      modelName: answer.model,
      modelVersion: answer.version,
      id: answer.request.id ?? "",
      parameters: { queue_ms: milliseconds(answer.queueMs), compute_ms: milliseconds(answer.computeMs) },
      outputs: tensors.map(({ name, tensor }, position) => {
        const contents = allTyped ? typed[position] : undefined;
        const head = { name, datatype: tensor.datatype, shape: tensor.shape.map(BigInt) };
        return contents === undefined ? head : { ...head, contents };
      }),
      rawOutputContents: allTyped ? [] : tensors.map(({ tensor }) => writeBinaryData(tensor)),
    }),
  );
};
