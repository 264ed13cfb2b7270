import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeInferResponse, encodeInferRequest } from "./openInference.ts";

const binaryAnswer = (outputs: readonly Float32Array[]): { body: Uint8Array; headerBytes: number } => {
  const header = new TextEncoder().encode(
    JSON.stringify({
      model_version: "3",
      parameters: { queue_ms: 1.5, compute_ms: 2.5 },
      outputs: outputs.map((data, index) => ({
        name: `o${index}`,
        datatype: "FP32",
        shape: [data.length],
        parameters: { binary_data_size: data.byteLength },
      })),
    }),
  );
  const parts = [
    header,
    ...outputs.map((data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  const body = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.byteLength;
  }
  return { body, headerBytes: header.byteLength };
};

describe("the Open Inference Protocol", () => {
  it("writes a BYTES element as its length and its bytes, after the JSON that announces them", () => {
    const { body, headerBytes } = encodeInferRequest({
      model: "m",
      version: null,
      traceparent: "",
      inputs: [
        { name: "text", datatype: "BYTES", shape: [2], data: [new Uint8Array([7]), new Uint8Array([8, 9])] },
      ],
    });
    const header = JSON.parse(new TextDecoder().decode(body.subarray(0, headerBytes)));
    expect(header.inputs[0].parameters.binary_data_size).toBe(11);
    expect([...body.subarray(headerBytes)]).toEqual([1, 0, 0, 0, 7, 2, 0, 0, 0, 8, 9]);
  });

  it("reads every binary tensor back bit for bit, wherever the header ends", () => {
    fc.assert(
      fc.property(fc.array(fc.float32Array({ maxLength: 20 }), { maxLength: 4 }), (tensors) => {
        const { body, headerBytes } = binaryAnswer(tensors);
        const answer = decodeInferResponse(body, headerBytes);
        expect(answer.ok && answer.value.outputs.map((output) => output.data)).toEqual(tensors);
        expect(answer.ok && answer.value.queueMs).toBe(1.5);
      }),
    );
  });

  it("reads the same numbers from JSON, nested or flat", () => {
    const json = { outputs: [{ name: "a", datatype: "FP32", shape: [1, 2], data: [[1, 2]] }] };
    const answer = decodeInferResponse(new TextEncoder().encode(JSON.stringify(json)), null);
    expect(answer.ok && [...(answer.value.outputs[0]?.data ?? [])]).toEqual([1, 2]);
  });

  it("fails with a reason, and never throws, on any bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.option(fc.integer({ min: -5, max: 300 })),
        (body, headerBytes) => {
          expect(decodeInferResponse(body, headerBytes).ok).toBe(false);
        },
      ),
    );
    const { body, headerBytes } = binaryAnswer([new Float32Array([1, 2, 3])]);
    for (let cut = 0; cut < body.length; cut++) {
      expect(decodeInferResponse(body.subarray(0, cut), headerBytes).ok).toBe(false);
    }
  });
});
