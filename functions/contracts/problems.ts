/**
 * Every error that Headgate answers: tag → HTTP status, title, whether a retry can help, and the fix in one
 * line. RFC 9457. A code never changes its meaning; the anchor in docs/errors.md is the code itself.
 */
export interface ProblemDefinition {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503 | 504;
  readonly title: string;
  readonly retryable: boolean;
  readonly fix: string;
}

const problem = (
  status: ProblemDefinition["status"],
  title: string,
  fix: string,
  retryable = false,
): ProblemDefinition => ({ status, title, fix, retryable });

export const PROBLEMS = {
  malformed_json: problem(400, "The body is not JSON", "Send one JSON object as UTF-8."),
  invalid_request: problem(
    400,
    "The request does not fit its contract",
    "Correct the fields that `errors` names.",
  ),
  missing_key: problem(401, "No API key was sent", "Send `Authorization: Bearer hg_…`."),
  unknown_key: problem(401, "The API key is not known", "Check the key; keys are shown once, when created."),
  revoked_key: problem(401, "The API key was revoked", "Use another key."),
  expired_key: problem(401, "The API key has expired", "Ask an administrator for a new key."),
  missing_scope: problem(
    403,
    "The API key lacks the scope for this route",
    "Use a key whose role grants the scope.",
  ),
  address_not_allowed: problem(
    403,
    "The API key may not be used from this address",
    "Call from an allowed network.",
  ),
  gated_model: problem(
    403,
    "This model acts: it answers only behind its gates",
    "Ask it for actions through POST /v1/act.",
  ),
  not_found: problem(404, "There is no such thing here", "Check the address and the identifier."),
  method_not_allowed: problem(
    405,
    "This route does not take that method",
    "Use a method that `Allow` names.",
  ),
  conflict: problem(
    409,
    "The change conflicts with the current state",
    "Read the current state, then try again.",
  ),
  idempotency_in_flight: problem(
    409,
    "The first request with this Idempotency-Key is still running",
    "Wait, then repeat it.",
    true,
  ),
  body_too_large: problem(
    413,
    "The body is larger than this route takes",
    "Send less: a smaller image, fewer cameras, fewer inputs.",
  ),
  unsupported_media_type: problem(
    415,
    "The content type is not one this route takes",
    "Send `Content-Type: application/json`.",
  ),
  idempotency_mismatch: problem(
    422,
    "The Idempotency-Key was used with another body",
    "Use a new Idempotency-Key for a new request.",
  ),
  gate_robot_type: problem(
    422,
    "The robot type did not pass its gate",
    "Send a robot type that docs/robots.md lists.",
  ),
  gate_action_vector: problem(
    422,
    "The action vector did not pass its gate",
    "Correct the action as `errors` says.",
  ),
  gate_safety_score: problem(422, "The safety score did not pass its gate", "See the failing checks."),
  gate_instruction: problem(422, "The instruction did not pass its gate", "Send a short, plain instruction."),
  gate_timestamp: problem(
    422,
    "The timestamp did not pass its gate",
    "Send the capture time as RFC 3339 UTC from a synchronized clock.",
  ),
  gate_duplicate: problem(422, "The same data was submitted before", "Do not send it again."),
  gate_image: problem(422, "An image did not pass its gate", "Send a JPEG, PNG or WebP within the limits."),
  unsafe_action: problem(
    422,
    "The model's action is outside this robot's envelope",
    "Hold; look again, then ask anew.",
  ),
  unknown_model: problem(422, "No such model serves this route", "Choose a model that GET /v1/models lists."),
  rate_limit: problem(429, "The key's rate limit is reached", "Wait as `Retry-After` says.", true),
  quota_exceeded: problem(
    429,
    "The quota is used up",
    "Wait for the next period, or ask for a larger quota.",
    true,
  ),
  concurrency_limit: problem(
    429,
    "The key has too many requests in flight",
    "Wait for one of them to end.",
    true,
  ),
  internal: problem(500, "A bug in Headgate", "Report the `instance`; it names this request in our logs."),
  identity_unavailable: problem(
    503,
    "The key could not be verified just now",
    "Try again in a moment.",
    true,
  ),
  quota_unavailable: problem(503, "The quota could not be verified just now", "Try again in a moment.", true),
  storage_unavailable: problem(503, "Stored data cannot be read just now", "Try again in a moment.", true),
  record_unavailable: problem(
    503,
    "The exchange could not be recorded, and the caller requires that",
    "Try again in a moment.",
    true,
  ),
  no_capacity: problem(503, "No runner can take the request", "Try again in a moment.", true),
  deadline_exceeded: problem(
    504,
    "The deadline passed before a model answered",
    "Allow more time, or a faster model.",
    true,
  ),
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Where in the request a problem lies (RFC 6901 pointer), and what is wrong there. */
export interface ProblemPointer {
  readonly pointer: string;
  readonly detail: string;
}

/** A problem on its way to the wire: its code, and what is particular to this occurrence. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly errors?: readonly ProblemPointer[];
  /** Members of this occurrence beside the standard ones, such as `hold` or `rule`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}
