import type { MessageInitShape } from "@bufbuild/protobuf";
import type { InferTensorContentsSchema } from "../generated/inference/grpc_service_pb.js";
import { numbersOf, type WireTensor } from "../protocol/datatypes.ts";

type Contents = MessageInitShape<typeof InferTensorContentsSchema>;

const isNarrow = (number: number | bigint): number is number => typeof number === "number";
const isWide = (number: number | bigint): number is bigint => typeof number === "bigint";

/** The elements in the field of their datatype; null for those that have none (FP16, BF16): they go raw. */
export const writeTypedTensor = (tensor: WireTensor): Contents | null => {
  if (tensor.datatype === "BYTES") return { bytesContents: [...tensor.elements] };
  const numbers: (number | bigint)[] = [...numbersOf(tensor)];
  switch (tensor.datatype) {
    case "BOOL":
      return { boolContents: numbers.map((number) => number !== 0) };
    case "INT8":
    case "INT16":
    case "INT32":
      return { intContents: numbers.filter(isNarrow) };
    case "UINT8":
    case "UINT16":
    case "UINT32":
      return { uintContents: numbers.filter(isNarrow) };
    case "INT64":
      return { int64Contents: numbers.filter(isWide) };
    case "UINT64":
      return { uint64Contents: numbers.filter(isWide) };
    case "FP32":
      return { fp32Contents: numbers.filter(isNarrow) };
    case "FP64":
      return { fp64Contents: numbers.filter(isNarrow) };
    default:
      return null;
  }
};
