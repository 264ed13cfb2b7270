import { createKey } from "../../functions/guard/identity/createKey.ts";
import { revokeKey } from "../../functions/guard/identity/revokeKey.ts";
import {
  createdKeySchema,
  createKeyRequestSchema,
  keyPathSchema,
  revokedKeySchema,
} from "../../functions/guard/identity/schema.ts";
import { type Endpoint, refusal, result, withGrant } from "../http/endpoint.ts";
import { withBody } from "../http/withBody.ts";

/** `POST /v1/keys`: makes a key; its text is shown this once. */
export const createKeyEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/keys",
  scope: "keys:write",
  summary: "Make a key, shown once",
  contract: {
    request: { body: { content: { "application/json": { schema: createKeyRequestSchema } } } },
    responses: {
      201: { description: "The key.", content: { "application/json": { schema: createdKeySchema } } },
    },
  },
  handle: (call) =>
    withBody(call, "keys:write", createKeyRequestSchema, async (grant, request) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const created = await createKey(grant.organizationId, request, actor, call.services);
      return created.ok ? result(created.value, {}, 201) : refusal(created.failure);
    }),
};

/** `DELETE /v1/keys/{id}`: revokes a key; no isolate takes it after a second. */
export const revokeKeyEndpoint: Endpoint = {
  method: "DELETE",
  path: "/v1/keys/{id}",
  scope: "keys:write",
  summary: "Revoke a key, everywhere within one second",
  contract: {
    request: { params: keyPathSchema },
    responses: {
      200: { description: "Revoked.", content: { "application/json": { schema: revokedKeySchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "keys:write", async (grant) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const revoked = await revokeKey(grant.organizationId, call.parameters.id ?? "", actor, call.services);
      return revoked.ok ? result(revoked.value) : refusal(revoked.failure);
    }),
};
