import type { IncomingMessage, ServerResponse } from "node:http";
import { describeModel, describeServer, listRepository } from "./describe.ts";
import { handleInfer } from "./handleInfer.ts";
import { findRoute, methodOf, type Route } from "./protocol/modelRoutes.ts";
import { done, type Outcome, type ProtocolFailure, refuse } from "./protocol/outcome.ts";
import { findModel, keyOf, type Serving } from "./serving.ts";

/** Seconds after which a caller that was refused for load may try again. */
const RETRY_AFTER_SECONDS = 1;

const send = (
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): void => {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
};

const sendJson = (response: ServerResponse, status: number, value: unknown): void =>
  send(response, status, JSON.stringify(value), { "Content-Type": "application/json" });

const sendFailure = (response: ServerResponse, failure: ProtocolFailure, allow?: string): void =>
  send(response, failure.status, JSON.stringify({ error: failure.error }), {
    "Content-Type": "application/json",
    ...(failure.status === 503 ? { "Retry-After": String(RETRY_AFTER_SECONDS) } : {}),
    ...(failure.status === 405 && allow !== undefined ? { Allow: allow } : {}),
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
): Promise<void> => {
  const route = findRoute(request.method ?? "", request.url ?? "");
  if (!route.ok) {
    const allow = methodOf({ kind: request.method === "POST" ? "live" : "index" });
    return sendFailure(response, route.failure, allow);
  }
  if (route.value.kind === "metrics") {
    const type = "text/plain; version=0.0.4; charset=utf-8";
    return send(response, 200, renderMetrics(serving), { "Content-Type": type });
  }
  if (route.value.kind === "infer") {
    const { model, version } = route.value;
    const encoded = await handleInfer(serving, model, version, request, response);
    if (!encoded.ok) return sendFailure(response, encoded.failure);
    return send(response, 200, encoded.value.body, encoded.value.headers);
  }
  const described = describe(route.value, serving);
  if (!described.ok) return sendFailure(response, described.failure);
  sendJson(response, described.value.status, described.value.json);
};

/** Answers one request of the Open Inference Protocol (REST). Every refusal is `{"error"}` with a fitting status. */
export const handleRequest = async (
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (serving.draining) response.setHeader("Connection", "close");
  try {
    await answer(serving, request, response);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", message: "a bug", detail: String(error) }));
    sendFailure(response, refuse(500, "A bug in the runner.").failure);
  }
  // What is left of a body that was refused unread would be taken for the next request.
  if (!request.complete) {
    request.unpipe();
    response.once("finish", () => request.destroy());
  }
};
