import type { IncomingMessage, ServerResponse } from "node:http";
import { describeModel, describeServer, listRepository } from "./describe.ts";
import { handleInfer } from "./handleInfer.ts";
import { findRoute, type Route } from "./protocol/modelRoutes.ts";
import { done, type Outcome, type ProtocolFailure } from "./protocol/outcome.ts";
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

const failureAnswer = ({ allow, error, status }: ProtocolFailure): Answer => ({
  status,
  body: JSON.stringify({ error }),
  headers: {
    ...JSON_TYPE,
    ...(status === 503 ? { "Retry-After": String(RETRY_AFTER_SECONDS) } : {}),
    ...(allow === undefined ? {} : { Allow: allow }),
  },
});

const renderMetrics = ({ engine, metrics, models }: Serving): string => {
  const pending = [...models.values()].map(({ contract, versions }) => ({
    model: contract.name,
    requests: versions.reduce(
      (sum, { version }) => sum + (engine?.scheduler.pending(keyOf(contract.name, version)) ?? 0),
      0,
    ),
  }));
  return metrics.render(engine?.provider ?? "none", pending);
};

const isReady = (serving: Serving): boolean => serving.engine !== null && !serving.draining;

type DescriptionRoute = Exclude<Route, { kind: "infer" | "metrics" }>;

const describe = (route: DescriptionRoute, serving: Serving): Outcome<{ status: number; json: unknown }> => {
  switch (route.kind) {
    case "server":
      return done({ status: 200, json: describeServer(serving) });
    case "live":
      return done({ status: 200, json: { live: true } });
    case "ready":
      return done({ status: isReady(serving) ? 200 : 503, json: { ready: isReady(serving) } });
    case "index":
      return done({ status: 200, json: listRepository(serving) });
    case "model":
    case "model_ready": {
      const found = findModel(serving, route.model, route.version);
      if (!found.ok) return found;
      if (route.kind === "model") return done({ status: 200, json: describeModel(serving, found.value) });
      const ready = isReady(serving);
      return done({ status: ready ? 200 : 503, json: { name: route.model, ready } });
    }
  }
};

const answer = async (
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> => {
  const route = findRoute(request.method ?? "", request.url ?? "");
  if (!route.ok) return failureAnswer(route.failure);
  if (route.value.kind === "metrics") {
    const type = "text/plain; version=0.0.4; charset=utf-8";
    return { status: 200, body: renderMetrics(serving), headers: { "Content-Type": type } };
  }
  if (route.value.kind === "infer") {
    const { model, version } = route.value;
    const encoded = await handleInfer(serving, model, version, request, response);
    return encoded.ok ? { status: 200, ...encoded.value } : failureAnswer(encoded.failure);
  }
  const described = describe(route.value, serving);
  return described.ok
    ? jsonAnswer(described.value.status, described.value.json)
    : failureAnswer(described.failure);
};

/** Answers one request of the Open Inference Protocol (REST). Every refusal is `{"error"}` with a fitting status. */
export const handleRequest = async (
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { body, headers, status } = await answer(serving, request, response).catch((error: unknown) => {
    console.error(JSON.stringify({ level: "error", message: "a bug", detail: String(error) }));
    return failureAnswer({ status: 500, error: "A bug in the runner." });
  });
  if (response.destroyed) return;
  if (serving.draining) response.setHeader("Connection", "close");
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
};
