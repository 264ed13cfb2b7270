import { z } from "zod";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { InferRequest, InferResponse, Tensor } from "../contracts/ports.ts";

/**
 * The Open Inference Protocol v2 over REST with Triton's binary tensor extension: a JSON header, then the
 * tensors' bytes in the order of the inputs, little-endian and row-major. An element of a BYTES tensor is
 * its length in four bytes, then its bytes.
 */
export const BINARY_HEADER = "inference-header-content-length";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const tensorSizeBytes = (tensor: Tensor): number =>
  tensor.datatype === "BYTES"
    ? tensor.data.reduce((sum, element) => sum + 4 + element.byteLength, 0)
    : tensor.data.byteLength;

function writeTensor(tensor: Tensor, into: Uint8Array, offset: number): number {
  let at = offset;
  if (tensor.datatype !== "BYTES") {
    into.set(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength), at);
    return at + tensor.data.byteLength;
  }
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (const element of tensor.data) {
    view.setUint32(at, element.byteLength, true);
    into.set(element, at + 4);
    at += 4 + element.byteLength;
  }
  return at;
}

/** Encodes a request; `headerBytes` is the value of the header that says where the JSON ends. */
export function encodeInferRequest(request: InferRequest): {
  body: Uint8Array<ArrayBuffer>;
  headerBytes: number;
} {
  const header = encoder.encode(
    JSON.stringify({
      inputs: request.inputs.map((tensor) => ({
        name: tensor.name,
        datatype: tensor.datatype,
        shape: tensor.shape,
        parameters: { binary_data_size: tensorSizeBytes(tensor) },
      })),
      parameters: { binary_data_output: true },
    }),
  );
  const sizeBytes = request.inputs.reduce((sum, tensor) => sum + tensorSizeBytes(tensor), header.byteLength);
  const body = new Uint8Array(sizeBytes);
  body.set(header);
  let at = header.byteLength;
  for (const tensor of request.inputs) at = writeTensor(tensor, body, at);
  return { body, headerBytes: header.byteLength };
}

/** One check for the whole list: every answer passes here, and a check per number costs more than the rest. */
const shapeSchema = z.custom<readonly number[]>(
  (shape) => Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0),
);

const outputSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: shapeSchema,
  parameters: z.object({ binary_data_size: z.number().int().nonnegative().optional() }).optional(),
  data: z.array(z.unknown()).optional(),
});

const responseSchema = z.object({
  model_version: z.string().optional(),
  parameters: z.object({ queue_ms: z.number().optional(), compute_ms: z.number().optional() }).optional(),
  outputs: z.array(outputSchema),
});

function jsonNumbers(data: readonly unknown[]): Float32Array | null {
  const flat = data.flat(Number.POSITIVE_INFINITY);
  const numbers = flat.filter((value) => typeof value === "number");
  return numbers.length === flat.length ? Float32Array.from(numbers) : null;
}

function binaryNumbers(body: Uint8Array, offset: number, sizeBytes: number): Float32Array | null {
  if (sizeBytes % 4 !== 0 || offset + sizeBytes > body.byteLength) return null;
  return new Float32Array(body.slice(offset, offset + sizeBytes).buffer);
}

/**
 * Decodes an answer, binary or JSON. Only FP32 outputs are read: no model of the edge has others.
 * A wrong length, an unknown datatype or a header that is no JSON is a failure with its reason.
 */
export function decodeInferResponse(
  body: Uint8Array,
  headerBytes: number | null,
): Outcome<InferResponse, string> {
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(headerBytes === null ? body : body.subarray(0, headerBytes)));
  } catch {
    return failed("the answer is not JSON");
  }
  const parsed = responseSchema.safeParse(json);
  if (!parsed.success)
    return failed(`the answer breaks the protocol at ${parsed.error.issues[0]?.path.join(".")}`);

  const outputs: Tensor[] = [];
  let at = headerBytes ?? body.byteLength;
  for (const output of parsed.data.outputs) {
    if (output.datatype !== "FP32") return failed(`output ${output.name} is ${output.datatype}, not FP32`);
    const elements = output.shape.reduce((product, size) => product * size, 1);
    const sizeBytes = output.parameters?.binary_data_size;
    const data =
      sizeBytes === undefined ? jsonNumbers(output.data ?? []) : binaryNumbers(body, at, sizeBytes);
    if (sizeBytes !== undefined) at += sizeBytes;
    if (data === null || data.length !== elements)
      return failed(`output ${output.name} has the wrong length`);
    outputs.push({ name: output.name, datatype: "FP32", shape: output.shape, data });
  }
  return done({
    modelVersion: parsed.data.model_version ?? "1",
    outputs,
    queueMs: parsed.data.parameters?.queue_ms ?? null,
    computeMs: parsed.data.parameters?.compute_ms ?? null,
  });
}
