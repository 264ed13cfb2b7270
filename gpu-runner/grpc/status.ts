import type { ProtocolFailure } from "../protocol/outcome.ts";

/** The codes of gRPC that this service answers with. */
const GRPC_STATUS = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;
type GrpcStatus = (typeof GRPC_STATUS)[keyof typeof GRPC_STATUS];

/** What is wrong with a model: it is not there, it is being replaced, it broke its contract; else it cannot be loaded. */
const MODEL_STATUS: Readonly<Record<number, GrpcStatus>> = {
  404: GRPC_STATUS.NOT_FOUND,
  503: GRPC_STATUS.UNAVAILABLE,
  500: GRPC_STATUS.INTERNAL,
};

/** The code for a refusal. What may be retried elsewhere is UNAVAILABLE: clients and balancers know it as such. */
export const grpcStatusOf = ({ category, status }: ProtocolFailure): GrpcStatus => {
  switch (category) {
    case "data":
      return status === 413 ? GRPC_STATUS.RESOURCE_EXHAUSTED : GRPC_STATUS.INVALID_ARGUMENT;
    case "model":
      return MODEL_STATUS[status] ?? GRPC_STATUS.FAILED_PRECONDITION;
    case "resource":
      return GRPC_STATUS.UNAVAILABLE;
    case "timeout":
      return GRPC_STATUS.DEADLINE_EXCEEDED;
    case "internal":
      return GRPC_STATUS.INTERNAL;
  }
};

/** Milliseconds after which a caller that was refused for load may try again. */
const RETRY_AFTER_MS = 1000;

/** The trailers that say, beside the code, whose it is to mend and whether to try again. */
export const failureTrailers = ({ category, retry }: ProtocolFailure): Record<string, string> => ({
  "error-category": category,
  "error-retry": String(retry),
  ...(retry ? { "grpc-retry-pushback-ms": String(RETRY_AFTER_MS) } : {}),
});
