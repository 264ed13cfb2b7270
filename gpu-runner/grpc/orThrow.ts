import { ConnectError } from "@connectrpc/connect";
import type { Outcome, ProtocolFailure } from "../protocol/outcome.ts";
import { failureTrailers, grpcStatusOf } from "./status.ts";

/** A refusal in the router's terms: its code, its sentence, and in the trailers its category and whether to retry. */
export const toConnectError = (failure: ProtocolFailure): ConnectError =>
  new ConnectError(failure.error, grpcStatusOf(failure), failureTrailers(failure));

/** The value of an outcome; what the router knows as a refusal is a thrown error. */
export const orThrow = <Value>(outcome: Outcome<Value>): Value => {
  if (outcome.ok) return outcome.value;
  throw toConnectError(outcome.failure);
};
