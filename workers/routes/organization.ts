import { z } from "zod";
import { consentSchema, setPersonFreeTierRequestSchema } from "../../functions/guard/consent/schema.ts";
import { setPersonFreeTier } from "../../functions/guard/consent/setPersonFreeTier.ts";
import { type Endpoint, refusal, result } from "../http/endpoint.ts";
import { withBody } from "../http/withBody.ts";

const requestSchema = z.strictObject({ person_free: setPersonFreeTierRequestSchema });
const answerSchema = z.object({ person_free: consentSchema });

/** `PATCH /v1/organization`: declares, with its legal basis, the tier of streams that show nobody. */
export const changeOrganizationEndpoint: Endpoint = {
  method: "PATCH",
  path: "/v1/organization",
  scope: "organization:write",
  summary: "Declare the consent tier of the organization's person-free streams",
  contract: {
    request: { body: { content: { "application/json": { schema: requestSchema } } } },
    responses: {
      200: { description: "Declared.", content: { "application/json": { schema: answerSchema } } },
    },
  },
  handle: (call) =>
    withBody(call, "organization:write", requestSchema, async (grant, request) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const set = await setPersonFreeTier(grant.organizationId, request.person_free, actor, call.services);
      return set.ok ? result({ person_free: set.value }) : refusal(set.failure);
    }),
};
