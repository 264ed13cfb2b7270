import type { IncomingMessage, ServerResponse } from "node:http";
import { parseInferRequest } from "./protocol/inferRequest.ts";
import { type EncodedAnswer, encodeInferResponse } from "./protocol/inferResponse.ts";
import { done, type Outcome, refuse } from "./protocol/outcome.ts";
import { readBody } from "./protocol/readBody.ts";
import { findModel, keyOf, type Serving } from "./serving.ts";

/** The milliseconds that the caller has left, counted from the arrival of the request's head. */
const DEADLINE_HEADER = "x-request-deadline-ms";

const readDeadline = (request: IncomingMessage, arrivedAtMs: number): Outcome<number | null> => {
  const text = request.headers[DEADLINE_HEADER];
  if (text === undefined) return done(null);
  const remainingMs = typeof text === "string" && text !== "" ? Number(text) : Number.NaN;
  if (!Number.isFinite(remainingMs)) return refuse(400, `${DEADLINE_HEADER} is no number of milliseconds.`);
  return remainingMs <= 0 ? refuse(503, "The deadline has passed.") : done(arrivedAtMs + remainingMs);
};

const goneSignal = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
};

const infer = async (
  serving: Serving,
  name: string,
  version: string | null,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Outcome<EncodedAnswer>> => {
  const arrivedAtMs = performance.now();
  const found = findModel(serving, name, version);
  if (!found.ok) return found;
  if (serving.draining) return refuse(503, "The runner is about to stop.");
  const { engine } = serving;
  if (engine === null) return refuse(503, "The models are still loading.");
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return refuse(415, "Send the body uncompressed.");
  const deadlineAtMs = readDeadline(request, arrivedAtMs);
  if (!deadlineAtMs.ok) return deadlineAtMs;
  const body = await readBody(request, serving.maxBodyBytes);
  if (!body.ok) return body;

  const readAtMs = performance.now();
  const headerLength = request.headers["inference-header-content-length"];
  const { contract } = found.value.model;
  const parsed = parseInferRequest(body.value, headerLength?.toString(), contract);
  if (!parsed.ok) return parsed;
  const key = keyOf(contract.name, found.value.version);
  const job = { key, contract, inputs: parsed.value.inputs, deadlineAtMs: deadlineAtMs.value, gone };
  const computed = await engine.scheduler.submit(job);
  if (!computed.ok) return computed;
  const labels = { model: contract.name };
  serving.metrics.queueSeconds.observe(labels, computed.value.queueMs / 1000);
  const encoded = encodeInferResponse({
    model: contract.name,
    version: found.value.version,
    request: parsed.value,
    ...computed.value,
  });
  serving.metrics.requestSeconds.observe(labels, (performance.now() - readAtMs) / 1000);
  return encoded;
};

/** Reads, computes and encodes one inference request; counts it by model and status. */
export const handleInfer = async (
  serving: Serving,
  name: string,
  version: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Outcome<EncodedAnswer>> => {
  const gone = goneSignal(response);
  const outcome = await infer(serving, name, version, request, gone);
  // Only names that exist become label values: a caller cannot make new ones.
  const model = serving.models.has(name) ? name : "unknown";
  const status = gone.aborted ? "gone" : outcome.ok ? "200" : String(outcome.failure.status);
  serving.metrics.requests.increment({ model, status });
  return outcome;
};
