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

interface RunnerOptions {
  /** Origins without a trailing slash, in the order in which they are tried. */
  readonly origins: readonly string[];
  readonly clock: Clock;
  readonly meter: Meter;
}

/** How long an origin that failed is tried after the others. */
const REST_MS = 1000;

/** Failures that another origin may not have. */
const REPEATABLE: ReadonlySet<InferFailure["kind"]> = new Set(["no_capacity", "unknown_model", "bad_answer"]);

type Attempt = Outcome<InferResponse, InferFailure>;

async function ask(origin: string, request: InferRequest, remainingMs: number): Promise<Attempt> {
  const { body, headerBytes } = encodeInferRequest(request);
  const version = request.version === null ? "" : `/versions/${encodeURIComponent(request.version)}`;
  try {
    const response = await fetch(`${origin}/v2/models/${encodeURIComponent(request.model)}${version}/infer`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/octet-stream",
        [BINARY_HEADER]: String(headerBytes),
        "x-request-deadline-ms": String(Math.floor(remainingMs)),
        traceparent: request.traceparent,
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

/**
 * Runners that speak the Open Inference Protocol over HTTP/1.1. Inference changes nothing, so a call that
 * found no capacity is repeated on the next origin while the deadline allows. An origin that failed comes last
 * for a second: one that stalls uses up the deadline of one call, and not of all.
 */
export function openInferenceRunner({ origins, clock, meter }: RunnerOptions): Runner {
  const restsUntilMs = new Map<string, number>();
  const inTurn = (nowMs: number): string[] => {
    const rests = (origin: string): number => Number((restsUntilMs.get(origin) ?? 0) > nowMs);
    return origins.toSorted((a, b) => rests(a) - rests(b));
  };
  return {
    async infer(request, deadlineAtMs) {
      const startedAtMs = clock.now();
      let attempt: Attempt = failed({ kind: "no_capacity", detail: "no runner is configured" });
      for (const [index, origin] of inTurn(startedAtMs).entries()) {
        const remainingMs = deadlineAtMs - clock.now();
        if (remainingMs < 1) {
          attempt = failed({ kind: "deadline" });
          break;
        }
        attempt = await ask(origin, request, remainingMs);
        if (attempt.ok || attempt.failure.kind === "invalid_input") break;
        // An origin without this model serves its others as well as ever.
        if (attempt.failure.kind !== "unknown_model") restsUntilMs.set(origin, clock.now() + REST_MS);
        if (!REPEATABLE.has(attempt.failure.kind)) break;
        if (index + 1 < origins.length)
          meter.count("headgate_runner_fallbacks_total", { reason: attempt.failure.kind });
      }
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
