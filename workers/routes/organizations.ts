import { foundOrganization } from "../../functions/guard/identity/foundOrganization.ts";
import {
  foundedOrganizationSchema,
  foundOrganizationRequestSchema,
} from "../../functions/guard/identity/organizationSchema.ts";
import { type Endpoint, refusal, result } from "../http/endpoint.ts";
import { withBody } from "../http/withBody.ts";

/** `POST /v1/organizations`: founds an organization with its first key; that key's text is shown this once. */
export const foundOrganizationEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/organizations",
  scope: "platform:admin",
  summary: "Found an organization and make its first admin key, shown once",
  contract: {
    request: { body: { content: { "application/json": { schema: foundOrganizationRequestSchema } } } },
    responses: {
      201: {
        description: "The organization and its first key.",
        content: { "application/json": { schema: foundedOrganizationSchema } },
      },
    },
  },
  handle: (call) =>
    withBody(call, "platform:admin", foundOrganizationRequestSchema, async (grant, request) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const founded = await foundOrganization(grant.organizationId, request, actor, call.services);
      return founded.ok ? result(founded.value, {}, 201) : refusal(founded.failure);
    }),
};
