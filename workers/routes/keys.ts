import { createKey } from "../../functions/guard/identity/createKey.ts";
import { listKeys, readKey } from "../../functions/guard/identity/readKeys.ts";
import { revokeKey } from "../../functions/guard/identity/revokeKey.ts";
import { rotateKey } from "../../functions/guard/identity/rotateKey.ts";
import {
  createdKeySchema,
  createKeyRequestSchema,
  keyListSchema,
  keyPathSchema,
  keyQuerySchema,
  keySchema,
  revokedKeySchema,
  revokeKeyQuerySchema,
  rotatedKeySchema,
  rotateKeyRequestSchema,
} from "../../functions/guard/identity/schema.ts";
import { type Endpoint, queryOf, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";
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

/** `GET /v1/keys`: the organization's keys, newest first, without their secrets. */
export const listKeysEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/keys",
  scope: "keys:read",
  summary: "List the organization's keys, newest first",
  contract: {
    request: { query: keyQuerySchema },
    responses: {
      200: { description: "One page.", content: { "application/json": { schema: keyListSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "keys:read", async (grant) => {
      const query = readParameters(queryOf(call.request), keyQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const page = await listKeys(grant.organizationId, query.value, call.services);
      return page.ok ? result(page.value) : refusal(page.failure);
    }),
};

/** `GET /v1/keys/{id}`: one key, without its secret. */
export const readKeyEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/keys/{id}",
  scope: "keys:read",
  summary: "Read one key",
  contract: {
    request: { params: keyPathSchema },
    responses: { 200: { description: "The key.", content: { "application/json": { schema: keySchema } } } },
  },
  handle: (call) =>
    withGrant(call, "keys:read", async (grant) => {
      const found = await readKey(grant.organizationId, call.parameters.id ?? "", call.services);
      return found.ok ? result(found.value) : refusal(found.failure);
    }),
};

/** `POST /v1/keys/{id}/rotate`: a new key like the old one, which opens for the overlap and then no more. */
export const rotateKeyEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/keys/{id}/rotate",
  scope: "keys:write",
  summary: "Replace a key by one like it, shown once; the old one opens until the overlap ends",
  contract: {
    request: {
      params: keyPathSchema,
      body: { content: { "application/json": { schema: rotateKeyRequestSchema } } },
    },
    responses: {
      201: {
        description: "The new key, and until when the old one opens.",
        content: { "application/json": { schema: rotatedKeySchema } },
      },
    },
  },
  handle: (call) =>
    withBody(call, "keys:write", rotateKeyRequestSchema, async (grant, request) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const id = call.parameters.id ?? "";
      const rotated = await rotateKey(grant.organizationId, id, request, actor, call.services);
      return rotated.ok ? result(rotated.value, {}, 201) : refusal(rotated.failure);
    }),
};

/** `DELETE /v1/keys/{id}`: revokes a key; no isolate takes it after a second. */
export const revokeKeyEndpoint: Endpoint = {
  method: "DELETE",
  path: "/v1/keys/{id}",
  scope: "keys:write",
  summary:
    "Revoke a key, everywhere within one second; the last active one with keys:write only with ?force=true",
  contract: {
    request: { params: keyPathSchema, query: revokeKeyQuerySchema },
    responses: {
      200: { description: "Revoked.", content: { "application/json": { schema: revokedKeySchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "keys:write", async (grant) => {
      const query = readParameters(queryOf(call.request), revokeKeyQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const id = call.parameters.id ?? "";
      const options = { force: query.value.force === "true" };
      const revoked = await revokeKey(grant.organizationId, id, actor, call.services, options);
      return revoked.ok ? result(revoked.value) : refusal(revoked.failure);
    }),
};
