import { searchAnswerSchema, searchRequestSchema } from "../../functions/keep/search/schema.ts";
import { searchRecords } from "../../functions/keep/search/searchRecords.ts";
import { type Endpoint, refusal, result } from "../http/endpoint.ts";
import { withBody } from "../http/withBody.ts";

/** `POST /v1/search`: the kept exchanges whose text or image is nearest to a query. Stores nothing. */
export const searchEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/search",
  scope: "inferences:read",
  summary: "Find kept exchanges by text, image or vector, nearest first",
  writes: false,
  contract: {
    request: { body: { content: { "application/json": { schema: searchRequestSchema } } } },
    responses: {
      200: { description: "The hits.", content: { "application/json": { schema: searchAnswerSchema } } },
    },
  },
  handle: (call) =>
    withBody(
      call,
      "inferences:read",
      searchRequestSchema,
      async ({ organizationId }, request) => {
        const searcher = { organizationId, traceparent: call.trace.traceparent };
        const answer = await searchRecords(request, searcher, call.services);
        return answer.ok ? result(answer.value) : refusal(answer.failure);
      },
      // An image may be what is searched with.
      call.services.configuration.BODY_MAX_BYTES,
    ),
};
