import type { RouteConfig } from "@hono/zod-openapi";
import { newUuid, toPublicId } from "../../functions/contracts/identifiers.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import type { Scope } from "../../functions/contracts/scopes.ts";
import type { Admission, Grant, GrantedLimits } from "../../functions/guard/leases/admission.ts";
import { flushMetrics } from "../../functions/observe/flushMetrics.ts";
import { continueTrace, type Trace } from "../../functions/observe/trace.ts";
import type { Services } from "../services.ts";
import type { ErrorShape } from "./errorShape.ts";
import { type Idempotency, idempotencyOf } from "./idempotency.ts";
import { limitHeaders } from "./limitHeaders.ts";
import { problemResponse } from "./problemResponse.ts";

/** One request on its way through a route. */
export interface Call {
  readonly request: Request;
  readonly endpoint: Endpoint;
  readonly services: Services;
  readonly trace: Trace;
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** Work that goes on after the answer. */
  background(task: Promise<unknown>): void;
}

/** What a route answers: a result or a problem, and the headers that go with either. */
export type Answer =
  | {
      readonly kind: "result";
      readonly status: 200 | 201 | 503;
      readonly json: string;
      readonly headers: Record<string, string>;
    }
  | {
      readonly kind: "text";
      readonly status: 200;
      readonly text: string;
      readonly headers: Record<string, string>;
    }
  /** What is no text, or was not written here; its content type is among the headers. */
  | {
      readonly kind: "bytes";
      readonly status: 200;
      readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
      readonly headers: Record<string, string>;
    }
  /** The connection is a WebSocket from here on. */
  | { readonly kind: "socket"; readonly webSocket: WebSocket; readonly headers: Record<string, string> }
  | { readonly kind: "problem"; readonly problem: Problem; readonly headers: Record<string, string> };

/** One row of the table of routes; the app, the OpenAPI document and the tests are made from it. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Template as OpenAPI writes it, such as `/v1/inferences/{id}`. */
  readonly path: string;
  /** The one scope a key needs here; null where anybody may ask. */
  readonly scope: Scope | null;
  readonly summary: string;
  /** False for a POST that only asks. Every other one takes an `Idempotency-Key`. */
  readonly writes?: false;
  readonly contract: Pick<RouteConfig, "request" | "responses">;
  /** How this route writes its problems down; absent: as RFC 9457 has them. */
  readonly errorShape?: ErrorShape;
  handle(call: Call): Promise<Answer>;
}

/** A result as it will be written. */
export const result = (
  body: unknown,
  headers: Record<string, string> = {},
  status: 200 | 201 = 200,
): Extract<Answer, { kind: "result" }> => ({
  kind: "result",
  status,
  json: JSON.stringify(body),
  headers,
});

export const refusal = (problem: Problem, headers: Record<string, string> = {}): Answer => ({
  kind: "problem",
  problem,
  headers,
});

/** The query's parameters by name; of a repeated one the last. */
export const queryOf = (request: Request): Record<string, string> =>
  Object.fromEntries(new URL(request.url).searchParams);

/** The key of `Authorization: Bearer …`, or null. */
export function presentedKey(request: Request): string | null {
  const header = request.headers.get("authorization");
  return header?.slice(0, 7).toLowerCase() === "bearer " ? header.slice(7).trim() : null;
}

/**
 * Admits a call: key, scope, limits, and the `Idempotency-Key` where the route takes one; `body` is the text it
 * came with, `subject` the person that it names. The slot of concurrency is freed when `work` has used the grant.
 */
export async function withGrant(
  call: Call,
  scope: Scope,
  work: (grant: Grant) => Promise<Answer>,
  body: string | (() => Promise<string>) = "",
  subject: string | null = null,
): Promise<Answer> {
  const key = presentedKey(call.request);
  const idempotency = await idempotencyOf(call, key, body);
  const once = idempotency.ok ? idempotency.value : null;
  const admission = await call.services.admitter.admit(
    {
      presentedKey: key,
      scope,
      subject,
      address: call.request.headers.get("cf-connecting-ip"),
      idempotency: once?.request ?? null,
    },
    call.background,
  );
  if (admission.kind !== "admitted") return answerUnadmitted(admission, once);
  const { grant } = admission;
  try {
    const answer = idempotency.ok ? await work(grant) : refusal(idempotency.failure);
    await once?.keep(grant, answer);
    return withLimits(answer, grant.limits);
  } finally {
    grant.release();
  }
}

/** The answer to a call that was not admitted: why, or the answer that an equal one got before. */
export async function answerUnadmitted(
  admission: Exclude<Admission, { readonly kind: "admitted" }>,
  once: Idempotency | null,
): Promise<Answer> {
  if (admission.kind === "refused") return withLimits(refusal(admission.problem), admission.limits);
  if (once === null) throw new Error("an answer is replayed to a call without an Idempotency-Key");
  return withLimits(await once.replayed(admission.body), admission.limits);
}

const withLimits = (answer: Answer, limits: GrantedLimits | null): Answer =>
  limits === null ? answer : { ...answer, headers: { ...limitHeaders(limits), ...answer.headers } };

/** The answer as it goes out. Headers are given at once: each one that is set later costs a call. */
function responseOf(answer: Answer, { requestId, trace, endpoint }: Call): Response {
  const headers = { traceparent: trace.traceparent, "x-request-id": requestId, ...answer.headers };
  switch (answer.kind) {
    case "problem":
      return problemResponse(answer.problem, requestId, headers, endpoint.errorShape);
    case "bytes":
      return new Response(answer.body, { status: answer.status, headers });
    case "socket":
      return new Response(null, { status: 101, webSocket: answer.webSocket, headers });
    case "text":
      return new Response(answer.text, { status: answer.status, headers });
    case "result":
      return new Response(answer.json, {
        status: answer.status,
        headers: { "content-type": "application/json", ...headers },
      });
  }
}

async function handleSafely(endpoint: Endpoint, call: Call): Promise<Answer> {
  try {
    return await endpoint.handle(call);
  } catch (error) {
    call.services.logger.error("bug", {
      route: endpoint.path,
      requestId: call.requestId,
      traceId: call.trace.traceId,
      error,
    });
    return refusal({ code: "internal" });
  }
}

/** Runs one request through its route: trace, answer, headers, counts, log line. Never throws. */
export async function serveEndpoint(
  endpoint: Endpoint,
  request: Request,
  parameters: Record<string, string>,
  services: Services,
  context: Pick<ExecutionContext, "waitUntil">,
): Promise<Response> {
  const { clock, meter, logger } = services;
  const receivedAtMs = clock.now();
  const call: Call = {
    request,
    endpoint,
    services,
    parameters,
    receivedAtMs,
    trace: continueTrace(request.headers.get("traceparent"), services.random),
    requestId: toPublicId("request", newUuid(clock, services.random)),
    background: (task) => context.waitUntil(task),
  };
  const answer = await handleSafely(endpoint, call);
  const response = responseOf(answer, call);

  const durationMs = clock.now() - receivedAtMs;
  const labels = { route: endpoint.path, method: endpoint.method, status: String(response.status) };
  meter.count("headgate_http_requests_total", labels);
  meter.observe("headgate_http_request_duration_seconds", durationMs / 1000, { route: endpoint.path });
  const fields = {
    route: endpoint.path,
    method: endpoint.method,
    status: response.status,
    requestId: call.requestId,
    traceId: call.trace.traceId,
    durationMs,
    ...(answer.kind === "problem" ? { problem: answer.problem.code } : {}),
  };
  if (response.status >= 500) logger.warn("request_answered", fields);
  else logger.debug("request_answered", fields);
  if (meter.waitingMs() > services.configuration.METRICS_FLUSH_MS) {
    call.background(flushMetrics({ meter, keyValue: services.keyValue }));
  }
  return response;
}
