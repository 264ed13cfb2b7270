import { z } from "zod";
import type { Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import type { Grant } from "../../functions/guard/leases/admission.ts";
import { answerOpenVla, readOpenVlaCall } from "../../functions/serve/openvla/actOpenVla.ts";
import { readOpenVla } from "../../functions/serve/openvla/readOpenVla.ts";
import {
  type OpenVlaQuery,
  openVlaAnswerSchema,
  openVlaBodySchema,
  openVlaQuerySchema,
} from "../../functions/serve/openvla/schema.ts";
import {
  type Answer,
  type Call,
  type Endpoint,
  presentedKey,
  queryOf,
  refusal,
  result,
  withGrant,
} from "../http/endpoint.ts";
import { readJson } from "../http/readJson.ts";
import { readParameters } from "../http/readParameters.ts";
import { timedAct } from "../http/timedAct.ts";

/** `POST /act`: OpenVLA's own protocol and that of OpenVLA-OFT, for clients that stay as they are. */
export const openVlaEndpoint: Endpoint = {
  method: "POST",
  path: "/act",
  scope: "act:invoke",
  summary: "Ask a robot policy for an action in OpenVLA's protocol",
  contract: {
    request: {
      query: openVlaQuerySchema,
      body: { content: { "application/json": { schema: openVlaBodySchema } } },
    },
    responses: {
      200: {
        description:
          "A safe action; to an OpenVLA-OFT client a safe chunk of them. `x-inference-id` names it.",
        content: { "application/json": { schema: openVlaAnswerSchema } },
      },
    },
  },
  async handle(call) {
    if (presentedKey(call.request) === null) return refusal({ code: "missing_key" });
    const body = await readJson(call.request, z.unknown(), call.services.configuration.BODY_MAX_BYTES);
    if (!body.ok) return refusal(body.failure);
    const { parsed, text } = body.value;
    const query = readParameters(queryOf(call.request), openVlaQuerySchema);
    return await withGrant(
      call,
      "act:invoke",
      (grant) => actWithGrant(call, grant, parsed, query),
      text,
      query.ok ? (query.value.subject ?? null) : null,
    );
  },
};

async function actWithGrant(
  call: Call,
  grant: Grant,
  body: Outcome<unknown, Problem>,
  query: Outcome<OpenVlaQuery, Problem>,
): Promise<Answer> {
  const { clock, configuration, policies } = call.services;
  const admittedAtMs = clock.now();
  if (!query.ok) return refusal(query.failure);
  if (!body.ok) return refusal(body.failure);
  const request = readOpenVla(body.value, configuration);
  if (!request.ok) return refusal(request.failure);
  const asked = readOpenVlaCall(request.value, {
    query: query.value,
    defaults: grant.defaults,
    fallbackModel: configuration.ACT_MODEL,
    policies: policies.policies,
  });
  if (!asked.ok) return refusal(asked.failure);

  const { outcome, headers } = await timedAct(call, asked.value, grant, admittedAtMs);
  if (!outcome.ok) return refusal(outcome.failure, headers);
  const { id, recorded } = outcome.value;
  return result(answerOpenVla(request.value.form, outcome.value), {
    ...headers,
    // The protocol's answer has no room for them, and feedback needs to say what it is about.
    "x-inference-id": id,
    "x-recorded": String(recorded),
  });
}
