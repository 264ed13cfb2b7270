import { serverTiming } from "../../functions/observe/serverTiming.ts";
import { createEmbeddings } from "../../functions/serve/embeddings/createEmbeddings.ts";
import {
  type EmbeddingsRequest,
  embeddingsAnswerSchema,
  embeddingsRequestSchema,
} from "../../functions/serve/embeddings/schema.ts";
import { type Answer, type Call, type Endpoint, refusal, result } from "../http/endpoint.ts";
import { OPENAI_ERRORS } from "../http/openAiErrors.ts";
import { withBody } from "../http/withBody.ts";

/** `POST /v1/embeddings`: vectors of texts, as OpenAI's clients ask for them. Stores nothing. */
export const embeddingsEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/embeddings",
  scope: "embeddings:create",
  summary: "Embed texts, as OpenAI's clients ask for it",
  writes: false,
  errorShape: OPENAI_ERRORS,
  contract: {
    request: { body: { content: { "application/json": { schema: embeddingsRequestSchema } } } },
    responses: {
      200: {
        description: "One vector for each input, in its order.",
        content: { "application/json": { schema: embeddingsAnswerSchema } },
      },
    },
  },
  handle: (call) =>
    withBody(
      call,
      "embeddings:create",
      embeddingsRequestSchema,
      (_, request) => embed(call, request, call.services.clock.now()),
      call.services.configuration.BODY_MAX_BYTES,
    ),
};

async function embed(call: Call, request: EmbeddingsRequest, admittedAtMs: number): Promise<Answer> {
  const { services, receivedAtMs, endpoint } = call;
  const { traceparent } = call.trace;
  const { outcome, timings } = await createEmbeddings(request, { receivedAtMs, traceparent }, services);
  const totalMs = services.clock.now() - receivedAtMs;
  services.meter.observe(
    "headgate_overhead_duration_seconds",
    Math.max(0, totalMs - (timings.inferMs ?? 0)) / 1000,
    { route: endpoint.path },
  );
  const headers = {
    "server-timing": serverTiming({
      ...timings,
      admitMs: admittedAtMs - receivedAtMs,
      recordMs: null,
      totalMs,
    }),
  };
  return outcome.ok ? result(outcome.value, headers) : refusal(outcome.failure, headers);
}
