import { constants } from "node:http2";
import { changeModel, listModels } from "./changeRepository.ts";
import { describeModel, describeServer } from "./describe.ts";
import { handleInfer } from "./handleInfer.ts";
import { isReady } from "./isReady.ts";
import { writeLog } from "./observe/log.ts";
import type { HttpRequest, HttpResponse } from "./protocol/http.ts";
import { findRoute, type Route } from "./protocol/modelRoutes.ts";
import { done, type Outcome, type ProtocolFailure, refuse } from "./protocol/outcome.ts";
import { findModel, keyOf, type Serving } from "./serving.ts";

/** Seconds after which a caller that was refused for load may try again. */
const RETRY_AFTER_SECONDS = 1;

interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { "Content-Type": "application/json" };

const jsonAnswer = (status: number, value: unknown): Answer => ({
  status,
  body: JSON.stringify(value),
  headers: JSON_TYPE,
});

const failureAnswer = ({ allow, category, error, retry, status }: ProtocolFailure): Answer => ({
  status,
  body: JSON.stringify({ error, category, retry }),
  headers: {
    ...JSON_TYPE,
    ...(retry ? { "Retry-After": String(RETRY_AFTER_SECONDS) } : {}),
    ...(allow === undefined ? {} : { Allow: allow }),
  },
});

const renderMetrics = ({ engine, metrics, models }: Serving): Promise<string> => {
  const pending = [...models.values()].map(({ contract, versions }) => ({
    model: contract.name,
    requests: versions.reduce(
      (sum, { version }) => sum + (engine?.scheduler.pending(keyOf(contract.name, version)) ?? 0),
      0,
    ),
  }));
  return metrics.render(engine?.provider ?? "none", pending);
};

type Described = Outcome<{ readonly status: number; readonly json: unknown }>;

const ok = (json: unknown): Described => done({ status: 200, json });

/** 503 tells a load balancer what the body tells a reader. */
const readiness = (serving: Serving, more: object = {}): Described => {
  const ready = isReady(serving);
  return done({ status: ready ? 200 : 503, json: { ...more, ready } });
};

const describe = async (
  route: Exclude<Route, { kind: "infer" | "metrics" }>,
  serving: Serving,
  request: HttpRequest,
): Promise<Described> => {
  switch (route.kind) {
    case "server":
      return ok(describeServer(serving));
    case "live":
      return ok({ live: true });
    case "ready":
      return readiness(serving);
    case "index": {
      const listed = await listModels(serving, request);
      return listed.ok ? ok(listed.value) : listed;
    }
    case "load":
    case "unload": {
      const changed = await changeModel(serving, route.kind, route.model, request);
      return changed.ok ? ok(changed.value) : changed;
    }
    case "model":
    case "model_ready": {
      const found = findModel(serving, route.model, route.version);
      if (!found.ok) return found;
      if (route.kind === "model") return ok(describeModel(serving, found.value));
      return readiness(serving, { name: route.model });
    }
  }
};

const answer = async (serving: Serving, request: HttpRequest, response: HttpResponse): Promise<Answer> => {
  const route = findRoute(request.method ?? "", request.url ?? "");
  if (!route.ok) return failureAnswer(route.failure);
  if (route.value.kind === "metrics") {
    const type = "text/plain; version=0.0.4; charset=utf-8";
    return { status: 200, body: await renderMetrics(serving), headers: { "Content-Type": type } };
  }
  if (route.value.kind === "infer") {
    const { model, version } = route.value;
    const encoded = await handleInfer(serving, model, version, request, response);
    return encoded.ok ? { status: 200, ...encoded.value } : failureAnswer(encoded.failure);
  }
  const described = await describe(route.value, serving, request);
  return described.ok
    ? jsonAnswer(described.value.status, described.value.json)
    : failureAnswer(described.failure);
};

/**
 * What is still on its way of a request that was refused need not come. Over HTTP/2 the stream is closed, and the
 * others of its connection go on; over HTTP/1.1 the connection is closed by the server itself.
 */
const stopReading = (request: HttpRequest): void => {
  if (!("stream" in request) || request.readableEnded || request.stream.endAfterHeaders) return;
  request.stream.close(constants.NGHTTP2_NO_ERROR);
};

/** Answers one request of REST. Every refusal is `{"error", "category", "retry"}` with a fitting status. */
export const handleRequest = async (
  serving: Serving,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> => {
  const { body, headers, status } = await answer(serving, request, response).catch((error: unknown) => {
    writeLog("error", "a bug", { detail: String(error) });
    return failureAnswer(refuse(500, "A bug in the runner.").failure);
  });
  if (response.destroyed) return;
  // Over HTTP/2 the connection itself says so.
  if (serving.draining && request.httpVersionMajor === 1) response.setHeader("Connection", "close");
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader("Content-Length", Buffer.byteLength(body));
  response.end(body);
  stopReading(request);
};
