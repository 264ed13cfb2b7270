import type { Meter } from "../../functions/contracts/metrics.ts";
import { failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type {
  Clock,
  InferFailure,
  InferRequest,
  InferResponse,
  Runner,
} from "../../functions/contracts/ports.ts";
import {
  BINARY_HEADER,
  decodeInferResponse,
  encodeInferRequest,
} from "../../functions/serve/openInference.ts";
import { orderedOrigins } from "./orderedOrigins.ts";
import { fetchPlainly, type RunnerFetch } from "./runnerFetch.ts";

interface RunnerOptions {
  /** Origins without a trailing slash, in the order in which they are tried. */
  readonly origins: readonly string[];
  readonly clock: Clock;
  readonly meter: Meter;
  readonly fetch?: RunnerFetch;
}

type Attempt = Outcome<InferResponse, InferFailure>;

const PRIORITY_HEADER = "x-request-priority";

async function ask(
  send: RunnerFetch,
  origin: string,
  request: InferRequest,
  remainingMs: number,
): Promise<Attempt> {
  const { body, headerBytes } = encodeInferRequest(request);
  const version = request.version === null ? "" : `/versions/${encodeURIComponent(request.version)}`;
  try {
    const response = await send(`${origin}/v2/models/${encodeURIComponent(request.model)}${version}/infer`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/octet-stream",
        [BINARY_HEADER]: String(headerBytes),
        "x-request-deadline-ms": String(Math.floor(remainingMs)),
        traceparent: request.traceparent,
        ...(request.priority === undefined ? {} : { [PRIORITY_HEADER]: request.priority }),
      },
      signal: AbortSignal.timeout(remainingMs),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status === 400 || response.status === 422)
      return failed({ kind: "invalid_input", detail: "the runner refused the input" });
    if (response.status === 404) return failed({ kind: "unknown_model", detail: "the runner answered 404" });
    if (!response.ok)
      return failed({ kind: "no_capacity", detail: `the runner answered ${response.status}` });
    const header = response.headers.get(BINARY_HEADER);
    const decoded = decodeInferResponse(bytes, header === null ? null : Number(header));
    return decoded.ok ? decoded : failed({ kind: "bad_answer", detail: decoded.failure });
  } catch (error) {
    const passed = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return failed(
      passed ? { kind: "deadline" } : { kind: "no_capacity", detail: "the runner cannot be reached" },
    );
  }
}

/** Runners that speak the Open Inference Protocol over HTTP/1.1, in an order and as long as the deadline allows. */
export function openInferenceRunner(options: RunnerOptions): Runner {
  const { origins, clock, meter, fetch: send = fetchPlainly } = options;
  const list = orderedOrigins({ origins, clock, meter });
  return {
    async infer(request, deadlineAtMs) {
      const startedAtMs = clock.now();
      const attempt: Attempt = await list.ask(deadlineAtMs, (origin, remainingMs) =>
        ask(send, origin, request, remainingMs),
      );
      meter.count("headgate_inferences_total", {
        model: request.model,
        outcome: attempt.ok ? "ok" : attempt.failure.kind,
      });
      meter.observe("headgate_inference_duration_seconds", (clock.now() - startedAtMs) / 1000, {
        model: request.model,
      });
      return attempt;
    },
  };
}
