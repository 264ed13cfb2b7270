import { changeOrganization } from "../../functions/guard/identity/changeOrganization.ts";
import {
  changeOrganizationRequestSchema,
  organizationSchema,
} from "../../functions/guard/identity/organizationSchema.ts";
import { readOrganization } from "../../functions/guard/identity/readOrganization.ts";
import { type Endpoint, refusal, result, withGrant } from "../http/endpoint.ts";
import { withBody } from "../http/withBody.ts";

const organizationAnswer: Endpoint["contract"]["responses"] = {
  200: {
    description: "The organization.",
    content: { "application/json": { schema: organizationSchema } },
  },
};

/** `GET /v1/organization`: the key's own organization. */
export const readOrganizationEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/organization",
  scope: "organization:read",
  summary: "Read the key's own organization",
  contract: { responses: organizationAnswer },
  handle: (call) =>
    withGrant(call, "organization:read", async (grant) => {
      const read = await readOrganization(grant.organizationId, call.services);
      return read.ok ? result(read.value) : refusal(read.failure);
    }),
};

/** `PATCH /v1/organization`: renames it, or declares the tier of streams that show nobody with its legal basis. */
export const changeOrganizationEndpoint: Endpoint = {
  method: "PATCH",
  path: "/v1/organization",
  scope: "organization:write",
  summary: "Rename the organization, or declare the consent tier of its person-free streams",
  contract: {
    request: { body: { content: { "application/json": { schema: changeOrganizationRequestSchema } } } },
    responses: organizationAnswer,
  },
  handle: (call) =>
    withBody(call, "organization:write", changeOrganizationRequestSchema, async (grant, request) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const changed = await changeOrganization(grant.organizationId, request, actor, call.services);
      return changed.ok ? result(changed.value) : refusal(changed.failure);
    }),
};
