import type { Admitted } from "./admitRequest.ts";
import { endSpan } from "./observe/span.ts";
import type { InferRequest } from "./protocol/inferRequest.ts";
import type { InferAnswer } from "./protocol/inferResponse.ts";
import { done, type Outcome } from "./protocol/outcome.ts";
import type { RequestTerms } from "./protocol/requestTerms.ts";
import { keyOf, type Serving } from "./serving.ts";

/** Computes a request that was read and checked. The scheduler's refusals come back as they are. */
export const computeRequest = async (
  serving: Serving,
  { contract, engine, version }: Admitted,
  request: InferRequest,
  { span, ...terms }: RequestTerms & { readonly gone: AbortSignal },
): Promise<Outcome<InferAnswer>> => {
  const startedAtMs = performance.now();
  const key = keyOf(contract.name, version);
  const computed = await engine.scheduler.submit({ key, contract, inputs: request.inputs, ...terms });
  if (span !== null)
    endSpan(span, {
      model: contract.name,
      version,
      status: computed.ok ? 200 : computed.failure.status,
      duration_ms: performance.now() - startedAtMs,
      queue_ms: computed.ok ? computed.value.queueMs : null,
      compute_ms: computed.ok ? computed.value.computeMs : null,
    });
  if (!computed.ok) return computed;
  serving.metrics.queueSeconds.observe({ model: contract.name }, computed.value.queueMs / 1000);
  return done({ model: contract.name, version, request, ...computed.value });
};

/** Counts an inference request by model and status, and its time from its last byte to its answer. */
export const countRequest = (
  serving: Serving,
  name: string,
  status: number | "gone",
  readAtMs: number | null,
): void => {
  // Only names that exist become label values: a caller cannot make new ones.
  const model = serving.models.has(name) ? name : "unknown";
  serving.metrics.requests.increment({ model, status: String(status) });
  if (status === 200 && readAtMs !== null)
    serving.metrics.requestSeconds.observe({ model }, (performance.now() - readAtMs) / 1000);
};
