import type { NamedTensors } from "../../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../../protocol/outcome.ts";

/** One output's numbers, `count` of them. 500 where it is not there, or has another length. */
export const floatsOf = (outputs: NamedTensors, name: string, count: number): Outcome<Float32Array> => {
  const tensor = outputs[name];
  if (tensor === undefined || tensor.datatype !== "FP32" || tensor.bytes.length !== count * 4)
    return refuse(500, `The face detector's output '${name}' is not what it should be.`, "model");
  const { buffer, byteOffset, byteLength } = tensor.bytes;
  return done(new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
};
