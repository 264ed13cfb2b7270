import type { Configuration } from "../contracts/configuration.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { InferFailure, InferRequest, Runner } from "../contracts/ports.ts";

/** What each kind of vector is made of, and its length, which is its column's; a hash is a vector of 0 and 1. */
const KINDS = {
  text: { input: "text", output: "embedding", dimensions: 384 },
  image: { input: "image", output: "embedding", dimensions: 512 },
  image_hash: { input: "image", output: "bits", dimensions: 64 },
} as const;

export type VectorKind = keyof typeof KINDS;

/** A kind of vector, and the model that makes it. */
export interface Embedder {
  readonly kind: VectorKind;
  readonly model: string;
}

/** The model that makes and stores vectors of this kind, as it is set; vectors of different models never compare. */
export function embedderOf(
  kind: VectorKind,
  { EMBED_TEXT_MODEL, EMBED_IMAGE_MODEL }: Pick<Configuration, "EMBED_TEXT_MODEL" | "EMBED_IMAGE_MODEL">,
): Embedder {
  const models = { text: EMBED_TEXT_MODEL, image: EMBED_IMAGE_MODEL, image_hash: "perceptual-64" };
  return { kind, model: models[kind] };
}

/** How many numbers a vector of this kind has. */
export const vectorDimensions = (kind: VectorKind): number => KINDS[kind].dimensions;

/**
 * Vectors of unit length, or hashes, for a batch of texts (UTF-8) or encoded images, in the order given.
 * Fails as the runner fails; the whole batch or nothing. With `batch`, what moves robots goes first.
 */
export async function embed(
  { kind, model }: Embedder,
  items: readonly Uint8Array[],
  runner: Runner,
  deadlineAtMs: number,
  traceparent: string,
  priority?: InferRequest["priority"],
): Promise<Outcome<Float32Array[], InferFailure>> {
  const { input, output: name, dimensions } = KINDS[kind];
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
