import type { BenchModel, SampleInput } from "./models.ts";

export const PROTOCOLS = ["REST JSON", "REST binary", "gRPC"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** BYTES elements and numbers as the binary extension and raw gRPC contents have them: little-endian, BYTES behind their length. */
const rawBytes = (input: SampleInput): Uint8Array => {
  if (input.kind === "numbers") return new Uint8Array(input.values.buffer);
  const bytes = input.kind === "text" ? Buffer.from(input.text) : input.bytes;
  const sized = new Uint8Array(4 + bytes.length);
  new DataView(sized.buffer).setUint32(0, bytes.length, true);
  sized.set(bytes, 4);
  return sized;
};

const datatypeOf = (input: SampleInput): "FP32" | "BYTES" => (input.kind === "numbers" ? "FP32" : "BYTES");

const jsonInput = (input: SampleInput) => {
  const head = { name: input.name, datatype: datatypeOf(input), shape: input.shape };
  if (input.kind === "numbers") return { ...head, data: [...input.values] };
  if (input.kind === "text") return { ...head, data: [input.text] };
  return {
    ...head,
    parameters: { content_type: "base64" },
    data: [Buffer.from(input.bytes).toString("base64")],
  };
};

/** A whole HTTP/1.1 request with a body. */
export const httpRequest = (path: string, headers: readonly string[], body: Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from(
      [`POST ${path} HTTP/1.1`, "Host: 127.0.0.1", ...headers, `Content-Length: ${body.length}`, "\r\n"].join(
        "\r\n",
      ),
    ),
    body,
  ]);

const encodeJson = (path: string, { inputs }: BenchModel): Uint8Array =>
  httpRequest(
    path,
    ["Content-Type: application/json"],
    Buffer.from(JSON.stringify({ inputs: inputs.map(jsonInput) })),
  );

const encodeBinary = (path: string, { inputs }: BenchModel): Uint8Array => {
  const tensors = inputs.map(rawBytes);
  const head = JSON.stringify({
    inputs: inputs.map((input, index) => ({
      name: input.name,
      datatype: datatypeOf(input),
      shape: input.shape,
      parameters: { binary_data_size: tensors[index]?.length },
    })),
    parameters: { binary_data_output: true },
  });
  const headers = [
    "Content-Type: application/octet-stream",
    `Inference-Header-Content-Length: ${Buffer.byteLength(head)}`,
  ];
  return httpRequest(path, headers, Buffer.concat([Buffer.from(head), ...tensors]));
};

/** A whole HTTP/1.1 request that infers one row with the model of that name in the repository. */
export const encodeHttp = (
  protocol: Exclude<Protocol, "gRPC">,
  name: string,
  model: BenchModel,
): Uint8Array => {
  const path = `/v2/models/${name}/infer`;
  return protocol === "REST JSON" ? encodeJson(path, model) : encodeBinary(path, model);
};

/** The fields of a `ModelInferRequest` with raw contents. */
export const grpcMessage = (name: string, { inputs }: BenchModel) => ({
  modelName: name,
  inputs: inputs.map((input) => ({
    name: input.name,
    datatype: datatypeOf(input),
    shape: input.shape.map(BigInt),
  })),
  rawInputContents: inputs.map(rawBytes),
});
