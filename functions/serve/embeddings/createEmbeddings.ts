import type { Configuration } from "../../contracts/configuration.ts";
import type { Finding } from "../../contracts/gates.ts";
import type { Meter } from "../../contracts/metrics.ts";
import { MODELS, PULLED_MODELS } from "../../contracts/models.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, InferFailure, Runner } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { type Embedder, embedderOf, vectorDimensions } from "../../embed/embed.ts";
import { refuseText } from "../../guard/gates/gateInstruction.ts";
import { problemOfFindings } from "../../guard/gates/problemOfFindings.ts";
import { countWords } from "./countWords.ts";
import { embedTexts } from "./embedTexts.ts";
import { encodeVector } from "./encodeVector.ts";
import type { EmbeddingsAnswer, EmbeddingsRequest } from "./schema.ts";

export interface EmbeddingsPorts {
  readonly clock: Clock;
  readonly runner: Runner;
  readonly meter: Meter;
  readonly configuration: Configuration;
}

/** When the request came, in milliseconds since 1970, and the trace it belongs to. */
export interface EmbeddingsCall {
  readonly receivedAtMs: number;
  readonly traceparent: string;
}

/** Where the time went, in milliseconds; null where nobody knows. */
export interface EmbeddingsTimings {
  inferMs: number | null;
  runnerQueueMs: number | null;
  runnerComputeMs: number | null;
}

export interface EmbeddingsResult {
  readonly outcome: Outcome<EmbeddingsAnswer, Problem>;
  readonly timings: EmbeddingsTimings;
}

/**
 * Embeds every input of a request, as OpenAI's API does, or none. The texts go to the runner and nowhere else: an
 * embedding is no recorded exchange.
 */
export async function createEmbeddings(
  request: EmbeddingsRequest,
  { receivedAtMs, traceparent }: EmbeddingsCall,
  { clock, runner, meter, configuration }: EmbeddingsPorts,
): Promise<EmbeddingsResult> {
  const timings: EmbeddingsTimings = { inferMs: null, runnerQueueMs: null, runnerComputeMs: null };
  const embedder = chooseEmbedder(request, configuration);
  if (!embedder.ok) return { outcome: embedder, timings };
  const { model } = embedder.value;
  const rejections = refuseInputs(request.input, configuration.EMBEDDINGS_INPUT_MAX_CHARACTERS);
  for (const { gate, rule } of rejections) meter.count("headgate_gate_rejections_total", { gate, rule });
  if (rejections.length > 0) return { outcome: failed(problemOfFindings(rejections)), timings };

  const texts = typeof request.input === "string" ? [request.input] : request.input;
  const deadlineAtMs = receivedAtMs + configuration.EMBEDDINGS_TIMEOUT_MS;
  const startedAtMs = clock.now();
  const embedded = await embedTexts(embedder.value, texts.map(utf8), runner, deadlineAtMs, traceparent);
  timings.inferMs = clock.now() - startedAtMs;
  if (!embedded.ok) return { outcome: failed(problemOf(embedded.failure)), timings };
  timings.runnerQueueMs = embedded.value.queueMs;
  timings.runnerComputeMs = embedded.value.computeMs;
  meter.count("headgate_embedded_inputs_total", { model }, texts.length);
  return { outcome: done(answerOf(request, model, texts, embedded.value.vectors)), timings };
}

/** The text embedder that a request names, with the dimensions that it has. */
function chooseEmbedder(
  { model, dimensions }: EmbeddingsRequest,
  configuration: Configuration,
): Outcome<Embedder, Problem> {
  const embedder = embedderOf("text", configuration);
  const known = embedder.model;
  if (model !== known) {
    const kind = [...MODELS, ...PULLED_MODELS].find(({ name }) => name === model)?.kind;
    const why =
      kind === undefined
        ? "is not known here"
        : kind === "text_embedding"
          ? "is not the one that is set (EMBED_TEXT_MODEL)"
          : `makes no vectors of text (${kind})`;
    const detail = `That model ${why}; this route serves: ${known}.`;
    return failed({ code: "unknown_model", errors: [{ pointer: "/model", detail }] });
  }
  const own = vectorDimensions("text");
  if (dimensions !== undefined && dimensions !== own) {
    const detail = `${known} has ${own} dimensions, and cannot be asked for others.`;
    return failed({ code: "invalid_request", errors: [{ pointer: "/dimensions", detail }] });
  }
  return done(embedder);
}

const refuseInputs = (input: EmbeddingsRequest["input"], maxCharacters: number): Finding[] =>
  typeof input === "string"
    ? refuseText(input, maxCharacters, "/input")
    : input.flatMap((text, index) => refuseText(text, maxCharacters, `/input/${index}`));

function answerOf(
  { encoding_format }: EmbeddingsRequest,
  model: string,
  texts: readonly string[],
  vectors: readonly Float32Array[],
): EmbeddingsAnswer {
  const tokens = texts.reduce((sum, text) => sum + countWords(text), 0);
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: encoding_format === "base64" ? encodeVector(vector) : Array.from(vector),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function problemOf(failure: InferFailure): Problem {
  switch (failure.kind) {
    case "deadline":
      return { code: "deadline_exceeded" };
    case "invalid_input":
      return { code: "invalid_request", errors: [{ pointer: "/input", detail: failure.detail }] };
    case "no_capacity":
    case "unknown_model":
    case "bad_answer":
      return { code: "no_capacity", detail: failure.detail, retryAfterSeconds: 1 };
  }
}
