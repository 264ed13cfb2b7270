const bytesOf = (array: ArrayBufferView): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);
const ofNumbers = (array: { from(numbers: number[]): ArrayBufferView }) => (text: string) =>
  bytesOf(array.from(JSON.parse(text)));
const behindLength = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};

/** A tensor: its bytes, its JSON, and gRPC's field for its elements; where JSON has many ways to write it, how to read one. */
export interface Sample {
  readonly datatype: string;
  readonly bytes: Buffer;
  readonly json: string;
  readonly field?: string;
  readonly shape?: readonly number[];
  readonly read?: (text: string) => Buffer;
}

/** Two elements of each datatype, at the ends of what it can say. */
export const ECHO: readonly Sample[] = [
  { datatype: "BOOL", bytes: Buffer.of(1, 0), json: "[true,false]", field: "bool_contents" },
  { datatype: "UINT8", bytes: Buffer.of(0, 255), json: "[0,255]", field: "uint_contents" },
  { datatype: "INT8", bytes: Buffer.of(128, 127), json: "[-128,127]", field: "int_contents" },
  {
    datatype: "UINT16",
    bytes: bytesOf(Uint16Array.of(1, 65_535)),
    json: "[1,65535]",
    field: "uint_contents",
  },
  { datatype: "INT16", bytes: bytesOf(Int16Array.of(-32_768, 2)), json: "[-32768,2]", field: "int_contents" },
  {
    datatype: "UINT32",
    bytes: bytesOf(Uint32Array.of(3, 2 ** 32 - 1)),
    json: "[3,4294967295]",
    field: "uint_contents",
  },
  {
    datatype: "INT32",
    bytes: bytesOf(Int32Array.of(-(2 ** 31), 4)),
    json: "[-2147483648,4]",
    field: "int_contents",
  },
  {
    datatype: "UINT64",
    bytes: bytesOf(BigUint64Array.of(5n, 2n ** 64n - 1n)),
    json: "[5,18446744073709551615]",
    field: "uint64_contents",
  },
  {
    datatype: "INT64",
    bytes: bytesOf(BigInt64Array.of(-(2n ** 63n), 6n)),
    json: "[-9223372036854775808,6]",
    field: "int64_contents",
  },
  {
    datatype: "FP32",
    bytes: bytesOf(Float32Array.of(0.1, -1e-40)),
    json: "[0.1,-1e-40]",
    field: "fp32_contents",
    read: ofNumbers(Float32Array),
  },
  {
    datatype: "FP64",
    bytes: bytesOf(Float64Array.of(0.1, -1e300)),
    json: "[0.1,-1e300]",
    field: "fp64_contents",
    read: ofNumbers(Float64Array),
  },
  { datatype: "BYTES", bytes: behindLength("tablé"), json: '["tablé"]', shape: [1] },
];
export const HALVES: readonly Sample[] = [
  {
    datatype: "FP16",
    bytes: bytesOf(Float16Array.of(-65_504, 2 ** -24)),
    json: "[-65504,5.960464477539063e-8]",
  },
  { datatype: "BF16", bytes: Buffer.of(0x80, 0x3f, 0x49, 0xc0), json: "[1,-3.140625]" },
];

/** A tensor as both protocols name it. */
export const inputOf = ({ datatype, shape = [1, 2] }: Sample) => ({ name: datatype, datatype, shape });
/** Those that the model gives back; texts become counts. */
export const echoed = (samples: readonly Sample[]): readonly Sample[] =>
  samples.filter(({ datatype }) => datatype !== "BYTES");
/** The outputs that give them back, in order. */
export const outputsOf = (samples: readonly Sample[]) =>
  echoed(samples).map(({ datatype }) => ({ name: `out_${datatype}` }));
/** The bytes of those outputs, one after the other. */
export const allBytes = (samples: readonly Sample[]): Buffer =>
  Buffer.concat(echoed(samples).map(({ bytes }) => bytes));

/** What gRPC's JSON form says of typed contents: 64-bit integers are texts, bytes are bytes. */
export const typedOf = ({ datatype, field = "bytes_contents", json: text }: Sample) => {
  if (datatype === "BYTES")
    return { bytes_contents: JSON.parse(text).map((one: string) => Buffer.from(one)) };
  return { [field]: datatype.endsWith("INT64") ? text.slice(1, -1).split(",") : JSON.parse(text) };
};

/** A ModelInferRequest with raw contents. */
export const rawRequest = (model: string, samples: readonly Sample[]) => ({
  model_name: model,
  id: "e-1",
  inputs: samples.map(inputOf),
  outputs: outputsOf(samples),
  raw_input_contents: samples.map(({ bytes }) => bytes),
});
