import type { Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import { readConsent, readConsentHistory } from "../../functions/guard/consent/readConsent.ts";
import { readReceipt } from "../../functions/guard/consent/receipts/readReceipt.ts";
import { receiptSchema } from "../../functions/guard/consent/receipts/schema.ts";
import {
  consentHistorySchema,
  consentPathSchema,
  consentSchema,
  setConsentAnswerSchema,
  setConsentRequestSchema,
} from "../../functions/guard/consent/schema.ts";
import { setConsent } from "../../functions/guard/consent/setConsent.ts";
import { type Call, type Endpoint, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";
import { withBody } from "../http/withBody.ts";
import type { Services } from "../services.ts";

const answered = (
  description: string,
  schema: typeof consentSchema | typeof consentHistorySchema | typeof receiptSchema,
): Endpoint["contract"]["responses"] => ({
  200: { description, content: { "application/json": { schema } } },
});

type Read = (
  organizationId: string,
  subject: string | null,
  services: Services,
) => Promise<Outcome<unknown, Problem>>;

/** What a read route answers about the subject of its path. */
const readOfSubject = (read: Read) => (call: Call) =>
  withGrant(call, "consent:read", async (grant) => {
    const path = readParameters(call.parameters, consentPathSchema);
    if (!path.ok) return refusal(path.failure);
    const found = await read(grant.organizationId, path.value.subject, call.services);
    return found.ok ? result(found.value) : refusal(found.failure);
  });

/** What a read route answers about the organization's streams that show nobody. */
const readOfNobody = (read: Read) => (call: Call) =>
  withGrant(call, "consent:read", async (grant) => {
    const found = await read(grant.organizationId, null, call.services);
    return found.ok ? result(found.value) : refusal(found.failure);
  });

/** `GET /v1/consent/{subject}`: the tier that holds; `none` for a subject the ledger does not know. */
export const readConsentEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/consent/{subject}",
  scope: "consent:read",
  summary: "Read a subject's consent",
  contract: {
    request: { params: consentPathSchema },
    responses: answered("The consent that holds.", consentSchema),
  },
  handle: readOfSubject(readConsent),
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
    responses: {
      200: {
        description: "The consent that holds, with its signed receipt.",
        content: { "application/json": { schema: setConsentAnswerSchema } },
      },
    },
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
  contract: { request: { params: consentPathSchema }, responses: answered("Events.", consentHistorySchema) },
  handle: readOfSubject(readConsentHistory),
};

/** `GET /v1/consent/{subject}/receipt`: the receipt of the event that holds. */
export const consentReceiptEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/consent/{subject}/receipt",
  scope: "consent:read",
  summary: "Read the signed receipt of a subject's consent",
  contract: { request: { params: consentPathSchema }, responses: answered("The receipt.", receiptSchema) },
  handle: readOfSubject(readReceipt),
};

/** `GET /v1/organization/person-free/history` and `…/receipt`: no subject's path can name these streams. */
export const personFreeEndpoints: Endpoint[] = [
  {
    method: "GET",
    path: "/v1/organization/person-free/history",
    scope: "consent:read",
    summary: "Read what was declared for streams that show nobody, newest first",
    contract: { responses: answered("Events.", consentHistorySchema) },
    handle: readOfNobody(readConsentHistory),
  },
  {
    method: "GET",
    path: "/v1/organization/person-free/receipt",
    scope: "consent:read",
    summary: "Read the signed receipt of what holds for streams that show nobody",
    contract: { responses: answered("The receipt.", receiptSchema) },
    handle: readOfNobody(readReceipt),
  },
];
