import { listAudit } from "../../functions/observe/audit/listAudit.ts";
import {
  auditListSchema,
  auditQuerySchema,
  auditVerificationSchema,
} from "../../functions/observe/audit/schema.ts";
import { verifyAudit } from "../../functions/observe/audit/verifyAudit.ts";
import { type Endpoint, queryOf, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";

/** `GET /v1/audit`: who did what, in entries that a client can verify by itself. */
export const listAuditEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/audit",
  scope: "audit:read",
  summary: "List administrative acts, newest first",
  contract: {
    request: { query: auditQuerySchema },
    responses: {
      200: { description: "One page.", content: { "application/json": { schema: auditListSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "audit:read", async (grant) => {
      const query = readParameters(queryOf(call.request), auditQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const page = await listAudit(grant.organizationId, query.value, call.services.database);
      return page.ok ? result(page.value) : refusal(page.failure);
    }),
};

/** `GET /v1/audit/verification`: whether the log is what was written, and where it first is not. */
export const verifyAuditEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/audit/verification",
  scope: "audit:read",
  summary: "Verify the audit log's chain, its head and its signed anchor",
  contract: {
    responses: {
      200: {
        description: "The verdict.",
        content: { "application/json": { schema: auditVerificationSchema } },
      },
    },
  },
  handle: (call) =>
    withGrant(call, "audit:read", async (grant) => {
      const verdict = await verifyAudit(grant.organizationId, call.services);
      return verdict.ok ? result(verdict.value) : refusal(verdict.failure);
    }),
};
