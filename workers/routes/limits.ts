import { readLimits } from "../../functions/guard/limits/readLimits.ts";
import {
  limitsQuerySchema,
  limitsSchema,
  setLimitsRequestSchema,
} from "../../functions/guard/limits/schema.ts";
import { setLimits } from "../../functions/guard/limits/setLimits.ts";
import { type Endpoint, queryOf, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";
import { withBody } from "../http/withBody.ts";

const responses: Endpoint["contract"]["responses"] = {
  200: { description: "The limits.", content: { "application/json": { schema: limitsSchema } } },
};

/** `GET /v1/limits`: rate, quota and concurrency of the organization or a key, and what is used this month. */
export const readLimitsEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/limits",
  scope: "limits:read",
  summary: "Read the limits of the organization, or of one key, and what is used this month",
  contract: { request: { query: limitsQuerySchema }, responses },
  handle: (call) =>
    withGrant(call, "limits:read", async (grant) => {
      const query = readParameters(queryOf(call.request), limitsQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const limits = await readLimits(grant.organizationId, query.value, call.services);
      return limits.ok ? result(limits.value) : refusal(limits.failure);
    }),
};

/** `PUT /v1/limits`: replaces the organization's limits, everywhere within a second. */
export const setLimitsEndpoint: Endpoint = {
  method: "PUT",
  path: "/v1/limits",
  scope: "limits:write",
  summary: "Replace the organization's limits, everywhere within one second",
  contract: {
    request: { body: { content: { "application/json": { schema: setLimitsRequestSchema } } } },
    responses,
  },
  handle: (call) =>
    withBody(call, "limits:write", setLimitsRequestSchema, async (grant, request) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const set = await setLimits(grant.organizationId, request, actor, call.services);
      return set.ok ? result(set.value) : refusal(set.failure);
    }),
};
