import { admitRequest } from "../admitRequest.ts";
import { computeRequest, countRequest } from "../computeRequest.ts";
import type { ModelInferRequest, ModelInferResponse } from "../generated/inference/grpc_service_pb.js";
import type { Outcome } from "../protocol/outcome.ts";
import { readTerms } from "../protocol/requestTerms.ts";
import type { Serving } from "../serving.ts";
import { parseGrpcRequest } from "./parseGrpcRequest.ts";
import { writeGrpcAnswer } from "./writeGrpcAnswer.ts";

/** How a ModelInferRequest came. Times are of `performance.now()`. */
export interface Arrival {
  readonly metadata: Readonly<Record<string, string | string[] | undefined>>;
  readonly arrivedAtMs: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

const infer = async (
  serving: Serving,
  message: ModelInferRequest,
  { arrivedAtMs, gone, metadata }: Arrival,
): Promise<Outcome<ModelInferResponse>> => {
  const version = message.modelVersion === "" ? null : message.modelVersion;
  const admitted = admitRequest(serving, message.modelName, version);
  if (!admitted.ok) return admitted;
  const terms = readTerms(metadata, arrivedAtMs);
  if (!terms.ok) return terms;
  const parsed = parseGrpcRequest(message, admitted.value.contract);
  if (!parsed.ok) return parsed;
  const answer = await computeRequest(serving, admitted.value, parsed.value, { ...terms.value, gone });
  return answer.ok ? writeGrpcAnswer(answer.value) : answer;
};

/** Computes one ModelInferRequest; counts it by model and status, as REST does. */
export const inferMessage = async (
  serving: Serving,
  message: ModelInferRequest,
  arrival: Arrival,
): Promise<Outcome<ModelInferResponse>> => {
  const readAtMs = performance.now();
  const outcome = await infer(serving, message, arrival);
  const status = arrival.gone.aborted ? "gone" : outcome.ok ? 200 : outcome.failure.status;
  countRequest(serving, message.modelName, status, readAtMs);
  return outcome;
};
