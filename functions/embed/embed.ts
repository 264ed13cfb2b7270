import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { InferFailure, InferRequest, Runner } from "../contracts/ports.ts";

/** The model that makes each kind of vector, and the length of what it makes; a hash is a vector of 0 and 1. */
const EMBEDDERS = {
  text: { model: "lexical-384", input: "text", output: "embedding", dimensions: 384 },
  image: { model: "visual-512", input: "image", output: "embedding", dimensions: 512 },
  image_hash: { model: "perceptual-64", input: "image", output: "bits", dimensions: 64 },
} as const;

export type VectorKind = keyof typeof EMBEDDERS;

/** The model whose vectors of this kind are stored; vectors of different models never compare. */
export const embeddingModel = (kind: VectorKind): string => EMBEDDERS[kind].model;

/** How many numbers a vector of this kind has. */
export const vectorDimensions = (kind: VectorKind): number => EMBEDDERS[kind].dimensions;

/**
 * Vectors of unit length, or hashes, for a batch of texts (UTF-8) or encoded images, in the order given.
 * Fails as the runner fails; the whole batch or nothing. With `batch`, what moves robots goes first.
 */
export async function embed(
  kind: VectorKind,
  items: readonly Uint8Array[],
  runner: Runner,
  deadlineAtMs: number,
  traceparent: string,
  priority?: InferRequest["priority"],
): Promise<Outcome<Float32Array[], InferFailure>> {
  const { model, input, output: name, dimensions } = EMBEDDERS[kind];
  const answer = await runner.infer(
    {
      model,
      version: null,
      traceparent,
      ...(priority === undefined ? {} : { priority }),
      inputs: [{ name: input, datatype: "BYTES", shape: [items.length], data: items }],
    },
    deadlineAtMs,
  );
  if (!answer.ok) return answer;
  const output = answer.value.outputs.find((tensor) => tensor.name === name);
  if (output?.datatype !== "FP32" || output.data.length !== items.length * dimensions) {
    return failed({
      kind: "bad_answer",
      detail: `expected ${items.length} vectors of ${dimensions} numbers`,
    });
  }
  return done(items.map((_, index) => output.data.slice(index * dimensions, (index + 1) * dimensions)));
}
