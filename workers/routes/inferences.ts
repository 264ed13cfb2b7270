import { listInferences } from "../../functions/keep/records/listInferences.ts";
import { readInference } from "../../functions/keep/records/readInference.ts";
import {
  inferenceDetailQuerySchema,
  inferenceDetailSchema,
  inferenceListSchema,
  inferencePathSchema,
  inferenceQuerySchema,
} from "../../functions/keep/records/schema.ts";
import { type Endpoint, queryOf, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";

/** `GET /v1/inferences`: what was kept, newest first. */
export const listInferencesEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/inferences",
  scope: "inferences:read",
  summary: "List kept exchanges, newest first",
  contract: {
    request: { query: inferenceQuerySchema },
    responses: {
      200: { description: "One page.", content: { "application/json": { schema: inferenceListSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "inferences:read", async (grant) => {
      const query = readParameters(queryOf(call.request), inferenceQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const page = await listInferences(grant.organizationId, query.value, call.services.database);
      return page.ok ? result(page.value) : refusal(page.failure);
    }),
};

/** `GET /v1/inferences/{id}`: one exchange with everything that consent let us keep of it. */
export const readInferenceEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/inferences/{id}",
  scope: "inferences:read",
  summary: "Read one kept exchange",
  contract: {
    request: { params: inferencePathSchema, query: inferenceDetailQuerySchema },
    responses: {
      200: {
        description: "The exchange.",
        content: { "application/json": { schema: inferenceDetailSchema } },
      },
    },
  },
  handle: (call) =>
    withGrant(call, "inferences:read", async (grant) => {
      const query = readParameters(queryOf(call.request), inferenceDetailQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const id = call.parameters.id ?? "";
      const found = await readInference(grant.organizationId, id, query.value.include, call.services);
      return found.ok ? result(found.value) : refusal(found.failure);
    }),
};
