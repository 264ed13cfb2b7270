import { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { ProtocolRequest } from "../../functions/contracts/ports.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import { serverTiming } from "../../functions/observe/serverTiming.ts";
import { passToRunner } from "../../functions/serve/inference-protocol/passToRunner.ts";
import {
  inferAnswerSchema,
  inferRequestSchema,
  modelPathSchema,
  versionPathSchema,
} from "../../functions/serve/inference-protocol/schema.ts";
import { BINARY_HEADER } from "../../functions/serve/openInference.ts";
import { type Answer, type Call, type Endpoint, presentedKey, refusal, withGrant } from "../http/endpoint.ts";
import { INFERENCE_PROTOCOL_ERRORS } from "../http/inferenceProtocolErrors.ts";
import { readBody } from "../http/readJson.ts";
import { readParameters } from "../http/readParameters.ts";

const SCOPE = "runner:infer";
const DEADLINE_HEADER = "x-request-deadline-ms";
/** Headers of a request that belong to the protocol; none that says who asks. */
const PASSED_ON = ["content-type", "content-encoding", "accept", BINARY_HEADER, "x-request-priority"];

const deadlineSchema = z.coerce.number().int().min(1).max(3_600_000);

const JSON_OBJECT = { "application/json": { schema: z.looseObject({}) } };

const shared = { scope: SCOPE, errorShape: INFERENCE_PROTOCOL_ERRORS } as const;

/** A route that asks about the server, a model or a version of it. */
const asks = (path: string, summary: string, params?: z.ZodObject): Endpoint => ({
  ...shared,
  method: "GET",
  path,
  summary,
  contract: {
    ...(params === undefined ? {} : { request: { params } }),
    responses: { 200: { description: "What the runner says.", content: JSON_OBJECT } },
  },
  handle: (call) => withGrant(call, SCOPE, () => pass(call, params ?? z.object({}), null)),
});

/** A route that infers. */
const infers = (path: string, params: z.ZodObject): Endpoint => ({
  ...shared,
  method: "POST",
  path,
  summary: "Infer with a model that does not act, over the Open Inference Protocol",
  writes: false,
  contract: {
    request: {
      params,
      body: {
        content: {
          "application/json": { schema: inferRequestSchema },
          "application/octet-stream": { schema: z.string().meta({ format: "binary" }) },
        },
      },
    },
    responses: {
      200: {
        description: "The outputs; binary ones lie behind the JSON.",
        content: {
          "application/json": { schema: inferAnswerSchema },
          "application/octet-stream": { schema: z.string().meta({ format: "binary" }) },
        },
      },
    },
  },
  async handle(call) {
    if (presentedKey(call.request) === null) return refusal({ code: "missing_key" });
    const body = await readBody(call.request, call.services.configuration.BODY_MAX_BYTES);
    return await withGrant(call, SCOPE, async () =>
      body.ok ? await pass(call, params, body.value) : refusal(body.failure),
    );
  },
});

/** `/v2/*`: the runner's Open Inference Protocol, for those who operate it. */
export const inferenceProtocolEndpoints: readonly Endpoint[] = [
  asks("/v2", "Tell what the runner is"),
  asks("/v2/health/live", "Tell whether a runner lives"),
  asks("/v2/health/ready", "Tell whether a runner has its models ready"),
  asks("/v2/models/{model}", "Tell a model's inputs and outputs", modelPathSchema),
  asks("/v2/models/{model}/ready", "Tell whether a model is ready", modelPathSchema),
  asks("/v2/models/{model}/versions/{version}", "Tell a version's inputs and outputs", versionPathSchema),
  asks("/v2/models/{model}/versions/{version}/ready", "Tell whether a version is ready", versionPathSchema),
  infers("/v2/models/{model}/infer", modelPathSchema),
  infers("/v2/models/{model}/versions/{version}/infer", versionPathSchema),
];

async function pass(call: Call, params: z.ZodObject, body: Uint8Array<ArrayBuffer> | null): Promise<Answer> {
  const { services, receivedAtMs, endpoint, parameters } = call;
  const admittedAtMs = services.clock.now();
  const named = readParameters(parameters, params);
  if (!named.ok) return refusal(named.failure);
  const deadline = readDeadline(call.request);
  if (!deadline.ok) return refusal(deadline.failure);

  const answer = await passToRunner(
    {
      inferredModel: body === null ? null : (parameters.model ?? null),
      request: requestOf(call, body),
      receivedAtMs,
      deadlineMs: deadline.value,
    },
    services,
  );
  const waitedMs = services.clock.now() - admittedAtMs;
  const totalMs = services.clock.now() - receivedAtMs;
  services.meter.observe("headgate_overhead_duration_seconds", Math.max(0, totalMs - waitedMs) / 1000, {
    route: endpoint.path,
  });
  const timing = serverTiming({
    admitMs: admittedAtMs - receivedAtMs,
    ...runnerStages(answer.ok ? answer.value.headers["server-timing"] : undefined),
    recordMs: null,
    totalMs,
  });
  if (!answer.ok) return refusal(answer.failure, { "server-timing": timing });
  return {
    kind: "bytes",
    status: 200,
    body: answer.value.body,
    headers: { ...answer.value.headers, "server-timing": timing },
  };
}

function requestOf(call: Call, body: Uint8Array<ArrayBuffer> | null): ProtocolRequest {
  const headers: Record<string, string> = { traceparent: call.trace.traceparent };
  for (const name of PASSED_ON) {
    const value = call.request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const path = call.endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(call.parameters[name] ?? ""),
  );
  return { method: body === null ? "GET" : "POST", path, headers, body };
}

function readDeadline(request: Request): Outcome<number | null, Problem> {
  const text = request.headers.get(DEADLINE_HEADER);
  if (text === null) return done(null);
  const parsed = deadlineSchema.safeParse(text);
  if (parsed.success) return done(parsed.data);
  const detail = "must be a whole number of milliseconds, 1 or more";
  return failed({ code: "invalid_request", errors: [{ pointer: `/headers/${DEADLINE_HEADER}`, detail }] });
}

/** The runner's own split of its time: `queue;dur=0.1, compute;dur=3.2`. */
function runnerStages(timing: string | undefined): {
  runnerQueueMs: number | null;
  runnerComputeMs: number | null;
} {
  const stage = (name: string): number | null => {
    const duration = new RegExp(`\\b${name};dur=([0-9.]{1,16})`).exec(timing ?? "")?.[1];
    return duration === undefined ? null : Number(duration);
  };
  return { runnerQueueMs: stage("queue"), runnerComputeMs: stage("compute") };
}
