import type { Grant } from "../../functions/guard/leases/admission.ts";
import { serverTiming } from "../../functions/observe/serverTiming.ts";
import { act } from "../../functions/serve/act.ts";
import { readActInput, readActOptions } from "../../functions/serve/readActInput.ts";
import { actAnswerSchema, actPartsSchema, actRequestSchema } from "../../functions/serve/schema.ts";
import {
  type Answer,
  answerUnadmitted,
  type Call,
  type Endpoint,
  presentedKey,
  refusal,
  result,
} from "../http/endpoint.ts";
import { idempotencyOf } from "../http/idempotency.ts";
import { limitHeaders } from "../http/limitHeaders.ts";
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
    const key = presentedKey(call.request);
    if (key === null) return refusal({ code: "missing_key" });
    const body = await readActBody(call.request, call.services.configuration.BODY_MAX_BYTES);
    if (!body.ok) return refusal(body.failure);
    return await admitAndAct(call, key, body.value);
  },
};

async function admitAndAct(call: Call, key: string, body: ActBody): Promise<Answer> {
  const { admitter, clock } = call.services;
  const idempotency = await idempotencyOf(call, key, body.sameness);
  const once = idempotency.ok ? idempotency.value : null;
  const admission = await admitter.admit(
    {
      presentedKey: key,
      scope: "act:invoke",
      subject: body.parsed.ok ? (body.parsed.value.request.subject ?? null) : null,
      address: call.request.headers.get("cf-connecting-ip"),
      idempotency: once?.request ?? null,
    },
    call.background,
  );
  if (admission.kind !== "admitted") return await answerUnadmitted(admission, once);
  const { grant } = admission;
  try {
    if (!idempotency.ok) return refusal(idempotency.failure, limitHeaders(grant.limits));
    const answer = await actWithGrant(call, body, grant, clock.now());
    await once?.keep(grant, answer);
    return answer;
  } finally {
    grant.release();
  }
}

async function actWithGrant(call: Call, body: ActBody, grant: Grant, admittedAtMs: number): Promise<Answer> {
  const { services, receivedAtMs } = call;
  const limits = limitHeaders(grant.limits);
  if (!body.parsed.ok) return refusal(body.parsed.failure, limits);
  const { request, images } = body.parsed.value;

  const { outcome, timings } = await act(
    {
      input: readActInput(request, grant.defaults, images),
      options: readActOptions(request),
      source: "act",
      grant,
      receivedAtMs,
      admittedAtMs,
      traceparent: call.trace.traceparent,
    },
    services,
  );
  const totalMs = services.clock.now() - receivedAtMs;
  services.meter.observe(
    "headgate_overhead_duration_seconds",
    Math.max(0, totalMs - (timings.inferMs ?? 0)) / 1000,
    {
      route: "/v1/act",
    },
  );
  const headers = {
    ...limits,
    "server-timing": serverTiming({ admitMs: admittedAtMs - receivedAtMs, ...timings, totalMs }),
  };
  if (!outcome.ok) return refusal(outcome.failure, headers);
  return result(outcome.value, headers);
}
