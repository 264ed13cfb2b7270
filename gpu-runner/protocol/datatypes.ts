/**
 * The numeric datatypes of the protocol: size on the wire, how ONNX Runtime calls them, and what their bits lie in.
 * Its binding has no bfloat16: such tensors reach a graph as the float32 numbers that they are.
 */
export const NUMERIC = {
  BOOL: { sizeBytes: 1, element: "bool", array: Uint8Array },
  UINT8: { sizeBytes: 1, element: "uint8", array: Uint8Array },
  INT8: { sizeBytes: 1, element: "int8", array: Int8Array },
  UINT16: { sizeBytes: 2, element: "uint16", array: Uint16Array },
  INT16: { sizeBytes: 2, element: "int16", array: Int16Array },
  UINT32: { sizeBytes: 4, element: "uint32", array: Uint32Array },
  INT32: { sizeBytes: 4, element: "int32", array: Int32Array },
  UINT64: { sizeBytes: 8, element: "uint64", array: BigUint64Array },
  INT64: { sizeBytes: 8, element: "int64", array: BigInt64Array },
  FP16: { sizeBytes: 2, element: "float16", array: Uint16Array },
  BF16: { sizeBytes: 2, element: "float32", array: Uint16Array },
  FP32: { sizeBytes: 4, element: "float32", array: Float32Array },
  FP64: { sizeBytes: 8, element: "float64", array: Float64Array },
} as const;

export type NumericDatatype = keyof typeof NUMERIC;
export const NUMERIC_DATATYPES = [
  "BOOL",
  "UINT8",
  "INT8",
  "UINT16",
  "INT16",
  "UINT32",
  "INT32",
  "UINT64",
  "INT64",
  "FP16",
  "BF16",
  "FP32",
  "FP64",
] as const satisfies readonly NumericDatatype[];

/** A tensor between the protocol, the scheduler and the workers: numbers as their little-endian bytes. */
export type WireTensor =
  | {
      readonly datatype: NumericDatatype;
      readonly shape: readonly number[];
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly datatype: "BYTES";
      readonly shape: readonly number[];
      readonly elements: readonly Uint8Array<ArrayBuffer>[];
    };

export type NamedTensors = Readonly<Record<string, WireTensor>>;

/** Number of elements of a tensor of this shape. */
export const countElements = (shape: readonly number[]): number =>
  shape.reduce((count, dimension) => count * dimension, 1);

type Numbers = InstanceType<(typeof NUMERIC)[NumericDatatype]["array"]>;

/** A numeric tensor's elements; FP16 and BF16 as their bits. A view, or a copy where the bytes do not lie aligned. */
export const numbersOf = ({
  bytes,
  datatype,
  shape,
}: Extract<WireTensor, { readonly bytes: unknown }>): Numbers => {
  const { array } = NUMERIC[datatype];
  const aligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new array(aligned.buffer, aligned.byteOffset, countElements(shape));
};
