import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { announceReady, stopWithSupervisor } from "../local/process/part.ts";

// A runner that answers at once, so that what is measured is the gate before it. It speaks the Open Inference
// Protocol as the gpu-runner does, for the built-in models, finds nothing in pictures, and computes nothing.

const BINARY_HEADER = "inference-header-content-length";

/** Steps well inside the envelope of every robot: a few tenths of a millimetre, gripper half open. */
const STEP = [0.0002, -0.0001, 0.0003, 0, 0, 0.0001, 0.5];
const CHUNK_STEPS = 8;

const requestSchema = z.object({ inputs: z.array(z.object({ shape: z.array(z.number()) })) });

/** One answer as it goes over the wire: the JSON header, then the numbers. */
function binaryAnswer(name: string, model: string, shape: readonly number[], data: Float32Array) {
  const header = JSON.stringify({
    model_name: model,
    model_version: "1",
    outputs: [{ name, datatype: "FP32", shape, parameters: { binary_data_size: data.byteLength } }],
    parameters: { queue_ms: 0, compute_ms: 0 },
  });
  const body = Buffer.concat([Buffer.from(header), Buffer.from(data.buffer)]);
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": String(body.length),
    [BINARY_HEADER]: String(Buffer.byteLength(header)),
  };
  return { headers, body };
}

const CHUNK = binaryAnswer(
  "actions",
  "visual-servo",
  [1, CHUNK_STEPS, STEP.length],
  Float32Array.from({ length: CHUNK_STEPS * STEP.length }, (_, index) => STEP[index % STEP.length] ?? 0),
);

interface VectorModel {
  readonly model: string;
  readonly output: string;
  readonly dimensions: number;
}

const VECTOR_MODELS: readonly VectorModel[] = [
  { model: "lexical-384", output: "embedding", dimensions: 384 },
  { model: "visual-512", output: "embedding", dimensions: 512 },
  { model: "perceptual-64", output: "bits", dimensions: 64 },
];

/** Vectors of unit length, as many as were asked for. */
function vectorAnswer({ model, output, dimensions }: VectorModel, request: IncomingMessage, body: Buffer) {
  const headerBytes = Number(request.headers[BINARY_HEADER] ?? body.length);
  const { inputs } = requestSchema.parse(JSON.parse(body.toString("utf8", 0, headerBytes)));
  const count = inputs[0]?.shape[0] ?? 0;
  const data = new Float32Array(count * dimensions).fill(1 / Math.sqrt(dimensions));
  return binaryAnswer(output, model, [count, dimensions], data);
}

/** What the MediaService says of a picture with nothing to cover. */
const UNCHANGED = JSON.stringify({ anonymized: { unchanged: true } });

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const url = request.url ?? "";
  if (url.endsWith("/AnonymizeImage")) {
    response.writeHead(200, { "content-type": "application/json" }).end(UNCHANGED);
    return;
  }
  const asked = VECTOR_MODELS.find(({ model }) => url.includes(`/${model}/`));
  const { headers, body: bytes } = asked === undefined ? CHUNK : vectorAnswer(asked, request, body);
  response.writeHead(200, headers).end(bytes);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(request, response, Buffer.concat(chunks)));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT), "127.0.0.1", announceReady);
stopWithSupervisor(() => server.closeAllConnections());
