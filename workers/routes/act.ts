import type { Grant } from "../../functions/guard/leases/admission.ts";
import { readActInput, readActOptions } from "../../functions/serve/readActInput.ts";
import { actAnswerSchema, actPartsSchema, actRequestSchema } from "../../functions/serve/schema.ts";
import {
  type Answer,
  type Call,
  type Endpoint,
  presentedKey,
  refusal,
  result,
  withGrant,
} from "../http/endpoint.ts";
import { timedAct } from "../http/timedAct.ts";
import { type ActBody, readActBody } from "./readActBody.ts";

/** `POST /v1/act`: an observation in, a safe chunk of actions out. */
export const actEndpoint: Endpoint = {
  method: "POST",
  path: "/v1/act",
  scope: "act:invoke",
  summary: "Ask a robot policy for a chunk of actions inside the robot's envelope",
  contract: {
    request: {
      body: {
        content: {
          "application/json": { schema: actRequestSchema },
          "multipart/form-data": {
            schema: actPartsSchema,
            encoding: { request: { contentType: "application/json" } },
          },
        },
      },
    },
    responses: {
      200: { description: "A safe chunk.", content: { "application/json": { schema: actAnswerSchema } } },
    },
  },
  async handle(call) {
    if (presentedKey(call.request) === null) return refusal({ code: "missing_key" });
    const body = await readActBody(call.request, call.services.configuration.BODY_MAX_BYTES);
    if (!body.ok) return refusal(body.failure);
    const { parsed, sameness } = body.value;
    return await withGrant(
      call,
      "act:invoke",
      (grant) => actWithGrant(call, grant, parsed),
      sameness,
      parsed.ok ? (parsed.value.request.subject ?? null) : null,
    );
  },
};

async function actWithGrant(call: Call, grant: Grant, parsed: ActBody["parsed"]): Promise<Answer> {
  const admittedAtMs = call.services.clock.now();
  if (!parsed.ok) return refusal(parsed.failure);
  const { request, images } = parsed.value;
  const asked = {
    input: readActInput(request, grant.defaults, images),
    options: readActOptions(request),
    source: "act",
  } as const;
  const { outcome, headers } = await timedAct(call, asked, grant, admittedAtMs);
  return outcome.ok ? result(outcome.value, headers) : refusal(outcome.failure, headers);
}
