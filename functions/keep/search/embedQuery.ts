import type { Finding } from "../../contracts/gates.ts";
import { hexDigest } from "../../contracts/hexDigest.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { embed, embedderOf } from "../../embed/embed.ts";
import { decodeImageField } from "../../guard/gates/decodeImageField.ts";
import { gateImage } from "../../guard/gates/gateImage.ts";
import { stripImageMetadata } from "../../guard/privacy/stripImageMetadata.ts";
import type { SearchedKind } from "./schema.ts";
import type { SearchPorts } from "./searchPorts.ts";

/** Who asks, and the trace that the call of the model belongs to. */
export interface EmbeddingCall {
  readonly organizationId: string;
  readonly traceparent: string;
}

/** The vector of a normalized text. The text goes to the runner and nowhere else. */
export const embedText = (
  text: string,
  call: EmbeddingCall,
  ports: SearchPorts,
): Promise<Outcome<Float32Array, Problem>> => embedQuery("text", utf8(text), call, ports);

/** The vector of an image as it came: gated like an image to act on, and stripped as a stored one is. */
export async function embedImage(
  field: string,
  call: EmbeddingCall,
  ports: SearchPorts,
): Promise<Outcome<Float32Array, Problem>> {
  const image = decodeImageField(field);
  const rejections = gateImage(image, ports.configuration).filter(({ severity }) => severity === "reject");
  for (const { gate, rule } of rejections)
    ports.meter.count("headgate_gate_rejections_total", { gate, rule });
  if (image.bytes === null || rejections.length > 0) return failed(imageProblem(rejections));
  // Stored vectors were made of stripped images: an image finds itself, and its metadata stays here.
  const stripped = stripImageMetadata(image.bytes);
  if (!stripped.ok) return failed(unreadable("image", "the file is broken"));
  return await embedQuery("image", stripped.value.bytes, call, ports);
}

/**
 * Asks the runner, unless this isolate asked it the same a short while ago. Remembered here and not in Redis:
 * a look-up there would cost about what the model does, and would write a trace of what people look for.
 */
async function embedQuery(
  kind: SearchedKind,
  content: Uint8Array<ArrayBuffer>,
  { organizationId, traceparent }: EmbeddingCall,
  { clock, runner, meter, configuration, searchMemory }: SearchPorts,
): Promise<Outcome<Float32Array, Problem>> {
  const embedder = embedderOf(kind, configuration);
  // The organization is in the key: else the time of an answer would tell what others look for.
  const key = `${organizationId}:${embedder.model}:${await hexDigest(content)}`;
  const known = searchMemory.vectors.get(key);
  if (known !== undefined && known.untilMs > clock.now()) {
    meter.count("headgate_query_vectors_total", { kind, outcome: "hit" });
    return done(known.value);
  }
  meter.count("headgate_query_vectors_total", { kind, outcome: "miss" });
  const deadlineAtMs = clock.now() + configuration.SEARCH_EMBED_TIMEOUT_MS;
  const answer = await embed(embedder, [content], runner, deadlineAtMs, traceparent);
  if (!answer.ok) return failed(problemOf(kind, answer.failure));
  const [vector] = answer.value;
  if (vector === undefined) return failed({ code: "no_capacity", retryAfterSeconds: 1 });
  searchMemory.vectors.set(key, { value: vector, untilMs: clock.now() + configuration.SEARCH_CACHE_MS });
  return done(vector);
}

function problemOf(kind: SearchedKind, failure: InferFailure): Problem {
  switch (failure.kind) {
    case "deadline":
      return { code: "deadline_exceeded" };
    case "invalid_input":
      return unreadable(kind, failure.detail);
    case "no_capacity":
    case "bad_answer":
    case "unknown_model":
      return { code: "no_capacity", detail: failure.detail, retryAfterSeconds: 1 };
  }
}

const unreadable = (kind: SearchedKind, detail: string): Problem => ({
  code: kind === "image" ? "gate_image" : "invalid_request",
  errors: [{ pointer: `/${kind}`, detail }],
});

const imageProblem = (rejections: readonly Finding[]): Problem => ({
  code: "gate_image",
  errors: rejections.map(({ pointer, detail, rule }) => ({ pointer, detail: `${rule}: ${detail}` })),
});
