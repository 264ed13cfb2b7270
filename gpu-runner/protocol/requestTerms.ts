import { type Span, startSpan } from "../observe/span.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

/** What a caller asks of a request beside its content. Times are of `performance.now()`. */
export interface RequestTerms {
  readonly deadlineAtMs: number | null;
  /** `act` moves a robot now; `batch` fills what is left. */
  readonly priority: "act" | "batch";
  /** Where the request stands in its caller's trace, when that is sampled. */
  readonly span: Span | null;
}

/** The milliseconds that the caller has left, counted from the arrival of the request's head. */
const DEADLINE_HEADER = "x-request-deadline-ms";
const PRIORITY_HEADER = "x-request-priority";
/** gRPC's own deadline: up to eight digits and a unit. */
const TIMEOUT_HEADER = "grpc-timeout";
const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** Who has longer than a day has no deadline: no timer counts so far. */
const LONGEST_MS = 86_400_000;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const remainingOf = (headers: Headers): Outcome<number | null> => {
  const own = headers[DEADLINE_HEADER];
  const ownMs = own === undefined ? Number.POSITIVE_INFINITY : own === "" ? Number.NaN : Number(own);
  if (Number.isNaN(ownMs)) return refuse(400, `${DEADLINE_HEADER} is no number of milliseconds.`);
  const timeout = headers[TIMEOUT_HEADER];
  const [matched, digits, unit = ""] = TIMEOUT.exec(String(timeout)) ?? [];
  if (timeout !== undefined && matched === undefined) return refuse(400, `${TIMEOUT_HEADER} is no timeout.`);
  const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : Number(digits) * (UNIT_MS[unit] ?? 0);
  const remainingMs = Math.min(ownMs, timeoutMs);
  if (remainingMs <= 0) return refuse(503, "The deadline has passed.", "timeout");
  return done(remainingMs > LONGEST_MS ? null : remainingMs);
};

/** Reads deadline and priority from headers or metadata; 400 where they say nothing, 503 where it is too late already. */
export const readTerms = (headers: Headers, arrivedAtMs: number): Outcome<RequestTerms> => {
  const priority = headers[PRIORITY_HEADER] ?? "act";
  if (priority !== "act" && priority !== "batch")
    return refuse(400, `${PRIORITY_HEADER} is neither act nor batch.`);
  const remainingMs = remainingOf(headers);
  if (!remainingMs.ok) return remainingMs;
  const deadlineAtMs = remainingMs.value === null ? null : arrivedAtMs + remainingMs.value;
  return done({ deadlineAtMs, priority, span: startSpan(headers.traceparent) });
};
