/** An expected result as a value: what happened, or why it did not. Exceptions are bugs. */
export type Outcome<Value, Failure = ProtocolFailure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

/** Whose it is to mend: what was sent, the model, a lack of room, a deadline, or the runner itself. */
export type FailureCategory = "data" | "model" | "resource" | "timeout" | "internal";

type FailureStatus = 400 | 404 | 405 | 413 | 415 | 500 | 503 | 504;

/** A refusal as the protocol answers it: REST by its status and a body, gRPC by a code and trailers. */
export interface ProtocolFailure {
  readonly status: FailureStatus;
  /** One sentence, which may be shown to the caller. */
  readonly error: string;
  readonly category: FailureCategory;
  /** Whether the same request may succeed a little later, or elsewhere. */
  readonly retry: boolean;
  /** With 405: the methods that the path takes. */
  readonly allow?: string;
}

const CATEGORY_OF: Readonly<Record<FailureStatus, FailureCategory>> = {
  400: "data",
  404: "data",
  405: "data",
  413: "data",
  415: "data",
  500: "internal",
  503: "resource",
  504: "timeout",
};

/** Refusals for what will pass; all others stay wrong however often they are tried. */
const RETRIED: ReadonlySet<FailureStatus> = new Set([503, 504]);

export const done = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({
  ok: true,
  value,
});

/** A refusal; its category follows from the status unless it is named. Retrying helps with 503 and 504 only. */
export const refuse = (
  status: FailureStatus,
  error: string,
  category: FailureCategory = CATEGORY_OF[status],
): { readonly ok: false; readonly failure: ProtocolFailure } => ({
  ok: false,
  failure: { status, error, category, retry: RETRIED.has(status) },
});
