import { listNotices, readNotice } from "../../functions/guard/consent/notices/readNotices.ts";
import { registerNotice } from "../../functions/guard/consent/notices/registerNotice.ts";
import {
  noticeListSchema,
  noticePathSchema,
  noticeQuerySchema,
  noticeSchema,
  registerNoticeRequestSchema,
} from "../../functions/guard/consent/notices/schema.ts";
import { type Endpoint, queryOf, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";
import { withBody } from "../http/withBody.ts";

const noticeAnswer: Endpoint["contract"]["responses"] = {
  200: { description: "The notice.", content: { "application/json": { schema: noticeSchema } } },
};

/** `PUT /v1/notices/{version}`: what people are shown; a version is written once. */
export const registerNoticeEndpoint: Endpoint = {
  method: "PUT",
  path: "/v1/notices/{version}",
  scope: "consent:write",
  summary: "Register a consent notice; its version never changes",
  contract: {
    request: {
      params: noticePathSchema,
      body: { content: { "application/json": { schema: registerNoticeRequestSchema } } },
    },
    responses: noticeAnswer,
  },
  handle: (call) =>
    withBody(call, "consent:write", registerNoticeRequestSchema, async (grant, request) => {
      const path = readParameters(call.parameters, noticePathSchema);
      if (!path.ok) return refusal(path.failure);
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const { version } = path.value;
      const notice = await registerNotice(grant.organizationId, version, request, actor, call.services);
      return notice.ok ? result(notice.value) : refusal(notice.failure);
    }),
};

/** `GET /v1/notices`: which notices there are. */
export const listNoticesEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/notices",
  scope: "consent:read",
  summary: "List consent notices, newest first",
  contract: {
    request: { query: noticeQuerySchema },
    responses: {
      200: { description: "One page.", content: { "application/json": { schema: noticeListSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "consent:read", async (grant) => {
      const query = readParameters(queryOf(call.request), noticeQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const page = await listNotices(grant.organizationId, query.value, call.services.database);
      return page.ok ? result(page.value) : refusal(page.failure);
    }),
};

/** `GET /v1/notices/{version}`: one notice with its text. */
export const readNoticeEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/notices/{version}",
  scope: "consent:read",
  summary: "Read a consent notice",
  contract: { request: { params: noticePathSchema }, responses: noticeAnswer },
  handle: (call) =>
    withGrant(call, "consent:read", async (grant) => {
      const path = readParameters(call.parameters, noticePathSchema);
      if (!path.ok) return refusal(path.failure);
      const notice = await readNotice(grant.organizationId, path.value.version, call.services.database);
      return notice.ok ? result(notice.value) : refusal(notice.failure);
    }),
};
