import { feedbackRequestSchema } from "../../functions/contracts/feedbackRequest.ts";
import { changeFeedback } from "../../functions/keep/feedback/changeFeedback.ts";
import { listFeedback } from "../../functions/keep/feedback/listFeedback.ts";
import { readFeedback } from "../../functions/keep/feedback/readFeedback.ts";
import { readFeedbackStats } from "../../functions/keep/feedback/readFeedbackStats.ts";
import { removeFeedback } from "../../functions/keep/feedback/removeFeedback.ts";
import {
  changeFeedbackSchema,
  deletedFeedbackSchema,
  feedbackListSchema,
  feedbackPathSchema,
  feedbackQuerySchema,
  feedbackSchema,
  feedbackStatsQuerySchema,
  feedbackStatsSchema,
  submittedFeedbackSchema,
} from "../../functions/keep/feedback/schema.ts";
import { submitFeedback } from "../../functions/keep/feedback/submitFeedback.ts";
import { type Endpoint, queryOf, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";
import { withBody } from "../http/withBody.ts";

/** A chunk of a thousand steps, or an edit of the longest texts, and room to spare. */
const FEEDBACK_BODY_MAX_BYTES = 1_000_000;

/** `POST /v1/feedback`: what somebody has to say about what was served. */
export const submitFeedbackEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/feedback",
  scope: "feedback:write",
  summary: "Say how an exchange or an episode went; kept as its subject's consent allows",
  contract: {
    request: { body: { content: { "application/json": { schema: feedbackRequestSchema } } } },
    responses: {
      201: { description: "Kept.", content: { "application/json": { schema: submittedFeedbackSchema } } },
      200: {
        description: "Not kept: its subject does not consent to that.",
        content: { "application/json": { schema: submittedFeedbackSchema } },
      },
    },
  },
  handle: (call) =>
    withBody(
      call,
      "feedback:write",
      feedbackRequestSchema,
      async (grant, request) => {
        const submitted = await submitFeedback(grant, request, call.services);
        if (!submitted.ok) return refusal(submitted.failure);
        return result(submitted.value, {}, submitted.value.recorded ? 201 : 200);
      },
      FEEDBACK_BODY_MAX_BYTES,
    ),
};

/** `GET /v1/feedback`: what was said, newest first. */
export const listFeedbackEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/feedback",
  scope: "feedback:read",
  summary: "List feedback, newest first",
  contract: {
    request: { query: feedbackQuerySchema },
    responses: {
      200: { description: "One page.", content: { "application/json": { schema: feedbackListSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "feedback:read", async (grant) => {
      const query = readParameters(queryOf(call.request), feedbackQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const page = await listFeedback(grant.organizationId, query.value, call.services.database);
      return page.ok ? result(page.value) : refusal(page.failure);
    }),
};

/** `GET /v1/feedback/stats`: what feedback says of models, arms, robots and platforms. */
export const feedbackStatsEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/feedback/stats",
  scope: "feedback:read",
  summary: "Read figures of feedback by model, arm, robot, platform or type",
  contract: {
    request: { query: feedbackStatsQuerySchema },
    responses: {
      200: { description: "The figures.", content: { "application/json": { schema: feedbackStatsSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "feedback:read", async (grant) => {
      const query = readParameters(queryOf(call.request), feedbackStatsQuerySchema);
      if (!query.ok) return refusal(query.failure);
      const stats = await readFeedbackStats(grant.organizationId, query.value, call.services);
      return stats.ok ? result(stats.value) : refusal(stats.failure);
    }),
};

const oneFeedback: Endpoint["contract"]["responses"] = {
  200: { description: "The feedback.", content: { "application/json": { schema: feedbackSchema } } },
};

/** `GET /v1/feedback/{id}`: one piece of it. */
export const readFeedbackEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/feedback/{id}",
  scope: "feedback:read",
  summary: "Read one piece of feedback",
  contract: { request: { params: feedbackPathSchema }, responses: oneFeedback },
  handle: (call) =>
    withGrant(call, "feedback:read", async (grant) => {
      const id = call.parameters.id ?? "";
      const found = await readFeedback(grant.organizationId, id, call.services.database);
      return found.ok ? result(found.value) : refusal(found.failure);
    }),
};

/** `PATCH /v1/feedback/{id}`: a step of its triage, for which the key needs `feedback:triage` too, or its rating. */
export const changeFeedbackEndpoint: Endpoint = {
  method: "PATCH",
  path: "/v1/feedback/{id}",
  scope: "feedback:write",
  summary: "Move a safety report on in its triage (needs feedback:triage too), or put a rating right",
  contract: {
    request: {
      params: feedbackPathSchema,
      body: { content: { "application/json": { schema: changeFeedbackSchema } } },
    },
    responses: oneFeedback,
  },
  handle: (call) =>
    withBody(
      call,
      "feedback:write",
      changeFeedbackSchema,
      async (grant, request) => {
        const actor = { id: grant.keyId, scopes: grant.scopes };
        const id = call.parameters.id ?? "";
        const changed = await changeFeedback(grant.organizationId, id, request, actor, call.services);
        return changed.ok ? result(changed.value) : refusal(changed.failure);
      },
      FEEDBACK_BODY_MAX_BYTES,
    ),
};

/** `DELETE /v1/feedback/{id}`: removes it. */
export const removeFeedbackEndpoint: Endpoint = {
  method: "DELETE",
  path: "/v1/feedback/{id}",
  scope: "feedback:write",
  summary: "Remove one piece of feedback for good",
  contract: {
    request: { params: feedbackPathSchema },
    responses: {
      200: { description: "Removed.", content: { "application/json": { schema: deletedFeedbackSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "feedback:write", async (grant) => {
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const id = call.parameters.id ?? "";
      const removed = await removeFeedback(grant.organizationId, id, actor, call.services.database);
      return removed.ok ? result(removed.value) : refusal(removed.failure);
    }),
};
