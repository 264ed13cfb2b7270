import { gzipSync } from "node:zlib";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ModelInferRequestSchema } from "../../gpu-runner/generated/inference/grpc_service_pb.js";

/** A number from 0 to before 1; the same ones for the same seed. */
export type Random = () => number;

const below = (random: Random, count: number): number => Math.floor(random() * count);
const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[below(random, items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
};

const floats = (...numbers: number[]): Buffer => Buffer.from(Float32Array.from(numbers).buffer);

const X = { name: "x", datatype: "FP32", shape: [1n, 3n] };
const GOOD: readonly MessageInitShape<typeof ModelInferRequestSchema>[] = [
  { modelName: "double", inputs: [X], rawInputContents: [floats(1, 2, 3)] },
  { modelName: "double", id: "f", inputs: [{ ...X, contents: { fp32Contents: [1, 2, 3] } }] },
  {
    modelName: "echo-halves",
    modelVersion: "1",
    inputs: ["FP16", "BF16"].map((datatype) => ({ name: datatype, datatype, shape: [1n, 2n] })),
    outputs: [
      {
        name: "out_BF16",
        parameters: { binary_data: { parameterChoice: { case: "boolParam", value: true } } },
      },
    ],
    rawInputContents: [floats(1), floats(2)],
  },
];

/** Bytes with some changed, some lost, some added, or an end cut off; sometimes none of the old ones. */
export const breakBytes = (random: Random, bytes: Uint8Array): Buffer => {
  const broken = Buffer.from(bytes);
  const at = below(random, Math.max(1, broken.length));
  switch (below(random, 6)) {
    case 0:
      return broken.subarray(0, at);
    case 1:
      return Buffer.concat([broken.subarray(0, at), broken.subarray(at + 1 + below(random, 8))]);
    case 2:
      return Buffer.concat([broken.subarray(0, at), broken]);
    case 3:
      return Buffer.from(Array.from({ length: below(random, 300) }, () => below(random, 256)));
    default:
      for (let count = 1 + below(random, 6); count > 0; count--)
        if (broken.length > 0) broken[below(random, broken.length)] = below(random, 256);
      return broken;
  }
};

/** A call over HTTP/2 with a body that is broken in its message, its frame, or its headers. */
export interface BrokenCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const frame = (flag: number, length: number, message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
};

const METHOD = "/inference.GRPCInferenceService/";

/** A ModelInfer, or now and then another method, as gRPC, gRPC-Web or Connect. */
export const brokenCall = (random: Random): BrokenCall => {
  const message = breakBytes(
    random,
    toBinary(ModelInferRequestSchema, create(ModelInferRequestSchema, pick(random, GOOD))),
  );
  const method = random() < 0.8 ? "ModelInfer" : pick(random, ["ModelReady", "RepositoryIndex", "Nothing"]);
  const type = pick(random, ["grpc", "grpc", "grpc", "grpc+proto", "grpc-web", "proto", "json"]);
  const wrong = random() < 0.3;
  const length = wrong ? below(random, 2 ** 32) : message.length;
  const isFramed = type.startsWith("grpc");
  const isCompressed = isFramed && random() < 0.2;
  const carried = isCompressed && random() < 0.5 ? gzipSync(message) : message;
  const body = isFramed
    ? frame(isCompressed ? 1 : below(random, wrong ? 256 : 1), wrong ? length : carried.length, carried)
    : message;
  return {
    headers: {
      ":method": "POST",
      ":path": `${METHOD}${method}`,
      "content-type": `application/${type}`,
      te: "trailers",
      ...(isCompressed ? { "grpc-encoding": pick(random, ["gzip", "identity", "br", "nothing"]) } : {}),
      ...(random() < 0.1 ? { "grpc-timeout": pick(random, ["0m", "x", "99999999H", "-1S", "1"]) } : {}),
      ...(random() < 0.1 ? { "x-request-deadline-ms": pick(random, ["", "soon", "-1", "1e9"]) } : {}),
      ...(random() < 0.1 ? { "x-request-priority": pick(random, ["act", "batch", "high"]) } : {}),
    },
    body: random() < 0.1 ? breakBytes(random, body) : body,
  };
};

/** A request of REST with a broken body, or broken headers of the binary extension. */
export const brokenRest = (random: Random): { readonly path: string; readonly init: RequestInit } => {
  const binary = random() < 0.5;
  const input = { name: "x", datatype: "FP32", shape: [1, 3] };
  const json = Buffer.from(
    JSON.stringify({
      inputs: [binary ? { ...input, parameters: { binary_data_size: 12 } } : { ...input, data: [1, 2, 3] }],
      parameters: { binary_data_output: random() < 0.5 },
    }),
  );
  const body = binary ? Buffer.concat([json, floats(1, 2, 3)]) : json;
  const length = pick(random, [String(json.length), "0", "-1", "x", "99999999", "5"]);
  const headers = binary || random() < 0.1 ? { "inference-header-content-length": length } : {};
  const path = pick(random, [
    "/v2/models/double/infer",
    "/v2/models/double/infer",
    "/v2/models/double/versions/1/infer",
    "/v2/models/%00/infer",
    "/v2/repository/index",
    "/v2/repository/models/..%2f..%2fetc/load",
  ]);
  return { path, init: { method: "POST", headers, body: new Uint8Array(breakBytes(random, body)) } };
};

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const HTTP1 = Buffer.from("POST /v2/models/double/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{}");

/** What a connection may begin with that no client would send. */
export const brokenConnection = (random: Random): Buffer => {
  const start = pick(random, [
    PREFACE,
    HTTP1,
    Buffer.from("PRI"),
    Buffer.of(22, 3, 1, 0, 5),
    Buffer.alloc(0),
  ]);
  const noise = Buffer.from(Array.from({ length: below(random, 200) }, () => below(random, 256)));
  return Buffer.concat([random() < 0.5 ? start : breakBytes(random, start), noise]);
};
