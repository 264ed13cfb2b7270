import type { InferTensorContents } from "../generated/inference/grpc_service_pb.js";
import { countElements, NUMERIC, type NumericDatatype, type WireTensor } from "../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";

/** Numbers as the bytes of their datatype; null where one does not fit it. */
const pack = (
  numbers: readonly number[],
  datatype: "INT8" | "INT16" | "INT32" | "UINT8" | "UINT16" | "UINT32",
): Uint8Array<ArrayBuffer> | null => {
  const packed = NUMERIC[datatype].array.from(numbers);
  return packed.every((number, index) => number === numbers[index]) ? new Uint8Array(packed.buffer) : null;
};

/** The elements in the field of their datatype: how many, and their bytes. Null where one does not fit. */
const packContents = (
  contents: InferTensorContents,
  datatype: Exclude<NumericDatatype, "FP16" | "BF16">,
): Uint8Array<ArrayBuffer> | null => {
  switch (datatype) {
    case "BOOL":
      return Uint8Array.from(contents.boolContents, Number);
    case "INT8":
    case "INT16":
    case "INT32":
      return pack(contents.intContents, datatype);
    case "UINT8":
    case "UINT16":
    case "UINT32":
      return pack(contents.uintContents, datatype);
    case "INT64":
      return new Uint8Array(BigInt64Array.from(contents.int64Contents).buffer);
    case "UINT64":
      return new Uint8Array(BigUint64Array.from(contents.uint64Contents).buffer);
    case "FP32":
      return new Uint8Array(Float32Array.from(contents.fp32Contents).buffer);
    case "FP64":
      return new Uint8Array(Float64Array.from(contents.fp64Contents).buffer);
  }
};

/** A copy in a buffer of its own, which may be handed to a worker: protobuf gives views of the message. */
export const ownBytes = (view: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(view);

/**
 * Reads a tensor from typed contents. 400 where they are not the elements of its shape, do not fit its datatype, or
 * where the datatype has no such contents (FP16, BF16).
 */
export const readTypedTensor = (
  contents: InferTensorContents | undefined,
  datatype: NumericDatatype | "BYTES",
  shape: readonly number[],
): Outcome<WireTensor> => {
  if (datatype === "FP16" || datatype === "BF16")
    return refuse(400, `${datatype} goes in raw_input_contents`);
  const count = countElements(shape);
  const wrongCount = refuse(400, `its contents are not the ${count} ${datatype} elements of its shape`);
  if (contents === undefined) return wrongCount;
  if (datatype === "BYTES") {
    if (contents.bytesContents.length !== count) return wrongCount;
    return done({ datatype, shape, elements: contents.bytesContents.map(ownBytes) });
  }
  const bytes = packContents(contents, datatype);
  if (bytes === null) return refuse(400, `its contents hold what is no ${datatype}`);
  if (bytes.length !== count * NUMERIC[datatype].sizeBytes) return wrongCount;
  return done({ datatype, shape, bytes });
};
