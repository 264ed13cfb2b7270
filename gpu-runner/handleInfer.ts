import { admitRequest } from "./admitRequest.ts";
import { computeRequest, countRequest } from "./computeRequest.ts";
import type { HttpRequest, HttpResponse } from "./protocol/http.ts";
import { parseInferRequest } from "./protocol/inferRequest.ts";
import { type EncodedAnswer, encodeInferResponse } from "./protocol/inferResponse.ts";
import { type Outcome, refuse } from "./protocol/outcome.ts";
import { readBody } from "./protocol/readBody.ts";
import { readTerms } from "./protocol/requestTerms.ts";
import type { Serving } from "./serving.ts";

const goneSignal = (response: HttpResponse): AbortSignal => {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableEnded) gone.abort();
  });
  return gone.signal;
};

interface Asked {
  readonly name: string;
  readonly version: string | null;
  readonly request: HttpRequest;
  readonly gone: AbortSignal;
  readonly onRead: () => void;
}

const infer = async (
  serving: Serving,
  { gone, name, onRead, request, version }: Asked,
): Promise<Outcome<EncodedAnswer>> => {
  const arrivedAtMs = performance.now();
  const admitted = admitRequest(serving, name, version);
  if (!admitted.ok) return admitted;
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return refuse(415, "Send the body uncompressed.");
  const terms = readTerms(request.headers, arrivedAtMs);
  if (!terms.ok) return terms;
  const body = await readBody(request, serving.maxBodyBytes);
  if (!body.ok) return body;
  onRead();
  const headerLength = request.headers["inference-header-content-length"];
  const parsed = parseInferRequest(body.value, headerLength?.toString(), admitted.value.contract);
  if (!parsed.ok) return parsed;
  const answer = await computeRequest(serving, admitted.value, parsed.value, { ...terms.value, gone });
  return answer.ok ? encodeInferResponse(answer.value) : answer;
};

/** Reads, computes and encodes one inference request over REST; counts it by model and status. */
export const handleInfer = async (
  serving: Serving,
  name: string,
  version: string | null,
  request: HttpRequest,
  response: HttpResponse,
): Promise<Outcome<EncodedAnswer>> => {
  const gone = goneSignal(response);
  let readAtMs: number | null = null;
  const onRead = (): void => {
    readAtMs = performance.now();
  };
  const outcome = await infer(serving, { name, version, request, gone, onRead });
  const status = gone.aborted ? "gone" : outcome.ok ? 200 : outcome.failure.status;
  countRequest(serving, name, status, readAtMs);
  return outcome;
};
