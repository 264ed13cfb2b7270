import { readConsent, readConsentHistory } from "../../functions/guard/consent/readConsent.ts";
import {
  consentHistorySchema,
  consentPathSchema,
  consentSchema,
  setConsentRequestSchema,
} from "../../functions/guard/consent/schema.ts";
import { setConsent } from "../../functions/guard/consent/setConsent.ts";
import { type Endpoint, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";
import { withBody } from "../http/withBody.ts";

const consentAnswer: Endpoint["contract"]["responses"] = {
  200: { description: "The consent that holds.", content: { "application/json": { schema: consentSchema } } },
};

/** `GET /v1/consent/{subject}`: the tier that holds; `none` for a subject the ledger does not know. */
export const readConsentEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/consent/{subject}",
  scope: "consent:read",
  summary: "Read a subject's consent",
  contract: { request: { params: consentPathSchema }, responses: consentAnswer },
  handle: (call) =>
    withGrant(call, "consent:read", async (grant) => {
      const path = readParameters(call.parameters, consentPathSchema);
      if (!path.ok) return refusal(path.failure);
      const consent = await readConsent(grant.organizationId, path.value.subject, call.services);
      return consent.ok ? result(consent.value) : refusal(consent.failure);
    }),
};

/** `PUT /v1/consent/{subject}`: what the subject consents to from now on; `none` withdraws. */
export const setConsentEndpoint: Endpoint = {
  method: "PUT",
  path: "/v1/consent/{subject}",
  scope: "consent:write",
  summary: "Set or withdraw a subject's consent, everywhere within one second",
  contract: {
    request: {
      params: consentPathSchema,
      body: { content: { "application/json": { schema: setConsentRequestSchema } } },
    },
    responses: consentAnswer,
  },
  handle: (call) =>
    withBody(call, "consent:write", setConsentRequestSchema, async (grant, request) => {
      const path = readParameters(call.parameters, consentPathSchema);
      if (!path.ok) return refusal(path.failure);
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const set = await setConsent(grant.organizationId, path.value.subject, request, actor, call.services);
      return set.ok ? result(set.value) : refusal(set.failure);
    }),
};

/** `GET /v1/consent/{subject}/history`: the subject's latest events in the ledger. */
export const consentHistoryEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/consent/{subject}/history",
  scope: "consent:read",
  summary: "Read a subject's consent events, newest first",
  contract: {
    request: { params: consentPathSchema },
    responses: {
      200: { description: "Events.", content: { "application/json": { schema: consentHistorySchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "consent:read", async (grant) => {
      const path = readParameters(call.parameters, consentPathSchema);
      if (!path.ok) return refusal(path.failure);
      const history = await readConsentHistory(grant.organizationId, path.value.subject, call.services);
      return history.ok ? result(history.value) : refusal(history.failure);
    }),
};
