import { z } from "zod";
import { replayDeadLetters } from "../../functions/keep/drain/replayDeadLetters.ts";
import { type Endpoint, queryOf, refusal, result, withGrant } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";

const querySchema = z.strictObject({ cursor: z.string().max(2000).optional() });

const reportSchema = z
  .object({ replayed: z.number().int(), kept: z.number().int(), next_cursor: z.string().nullable() })
  .meta({ id: "ReplayReport" });

/** `POST /v1/storage/replay`: hands dead letters back to the outbox, a page at a time. */
export const replayEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/storage/replay",
  scope: "records:replay",
  summary: "Hand records that could not be stored back to the outbox",
  contract: {
    request: { query: querySchema },
    responses: {
      200: { description: "One page done.", content: { "application/json": { schema: reportSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "records:replay", async (grant) => {
      const query = readParameters(queryOf(call.request), querySchema);
      if (!query.ok) return refusal(query.failure);
      const actor = { id: grant.keyId, scopes: grant.scopes };
      const { cursor } = query.value;
      const report = await replayDeadLetters(grant.organizationId, cursor, actor, call.services);
      if (!report.ok) return refusal({ code: "storage_unavailable", retryAfterSeconds: 2 });
      const { replayed, kept, nextCursor } = report.value;
      call.services.logger.info("dead_letter_replayed", {
        organizationId: grant.organizationId,
        entries: replayed,
      });
      return result({ replayed, kept, next_cursor: nextCursor });
    }),
};
