/** An expected result as a value: what happened, or why it did not. Exceptions are bugs. */
export type Outcome<Value, Failure = ProtocolFailure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

/** A refusal as the Open Inference Protocol answers it: the status, and one sentence for `{"error"}`. */
export interface ProtocolFailure {
  readonly status: 400 | 404 | 405 | 413 | 415 | 500 | 503;
  readonly error: string;
  /** With 405: the methods that the path takes. */
  readonly allow?: string;
}

export const done = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({
  ok: true,
  value,
});

export const refuse = (
  status: ProtocolFailure["status"],
  error: string,
): { readonly ok: false; readonly failure: ProtocolFailure } => ({ ok: false, failure: { status, error } });
