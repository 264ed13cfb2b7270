import type { Configuration } from "../contracts/configuration.ts";
import type { Clock } from "../contracts/ports.ts";
import type { ProblemCode } from "../contracts/problems.ts";

/** Everything that a log line may be about. */
export const LOG_EVENTS = [
  "started",
  "stopped",
  "request_answered",
  "bug",
  "dependency_failed",
  "dependency_recovered",
  "record_not_taken",
  "settlement_failed",
  "metrics_flush_failed",
  "drain_finished",
  "drain_failed",
  "drain_crashed",
  "append_crashed",
  "dead_letter_written",
  "dead_letter_replayed",
  "health_changed",
  "audit_chain_broken",
] as const;
export type LogEvent = (typeof LOG_EVENTS)[number];

export type LogLevel = Configuration["LOG_LEVEL"];

/** The parts of a deployment that may fail on their own. */
export type LogPart = "redis" | "postgres" | "runner" | "outbox" | "object_store" | "anonymizer" | "edge";

/**
 * Everything that a log line may say. No field takes free text: a name comes out of a closed set, an id out
 * of our own making, the rest are numbers. What does not look like that is written as `__invalid__`.
 */
export interface LogFields {
  /** Template of the route, such as `/v1/inferences/{id}`; never the path itself. */
  readonly route?: string;
  readonly method?: string;
  readonly status?: number;
  readonly problem?: ProblemCode;
  readonly part?: LogPart;
  /** Kind of an expected failure, such as `timeout`. */
  readonly failureKind?: string;
  readonly requestId?: string;
  readonly recordId?: string;
  readonly organizationId?: string;
  readonly keyId?: string;
  readonly traceId?: string;
  readonly cell?: string;
  readonly version?: string;
  readonly durationMs?: number;
  readonly attempts?: number;
  readonly entries?: number;
  readonly ageMs?: number;
  readonly sizeBytes?: number;
  /** A caught exception. Only its class and its places in our code are written, never its message. */
  readonly error?: unknown;
}

export interface Logger {
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const INVALID = "__invalid__";
const STACK_FRAMES = 5;

/** Each text field, its name on the wire, and what its value looks like. */
const TEXTS = [
  ["method", "method", /^[A-Z]{3,7}$/],
  ["problem", "problem", /^[a-z_]{2,40}$/],
  ["part", "part", /^[a-z_]{2,20}$/],
  ["failureKind", "failure_kind", /^[a-z_]{2,40}$/],
  ["requestId", "request_id", /^(req_)?[0-9a-f-]{36}$/],
  ["recordId", "record_id", /^(inf_)?[0-9a-f-]{36}$/],
  ["organizationId", "organization_id", /^(org_)?[0-9a-f-]{36}$/],
  ["keyId", "key_id", /^((key_)?[0-9a-f-]{36}|[0-9A-Za-z]{8})$/],
  ["traceId", "trace_id", /^[0-9a-f]{32}$/],
  ["cell", "cell", /^[a-z]{2,8}[0-9]{0,2}$/],
  ["version", "version", /^[0-9A-Za-z.+-]{1,40}$/],
] as const satisfies readonly (readonly [keyof LogFields, string, RegExp])[];

const NUMBERS = [
  ["status", "status"],
  ["durationMs", "duration_ms"],
  ["attempts", "attempts"],
  ["entries", "entries"],
  ["ageMs", "age_ms"],
  ["sizeBytes", "size_bytes"],
] as const satisfies readonly (readonly [keyof LogFields, string])[];

/**
 * Makes a logger that writes one JSON object per line to `write`. `routes` is the closed set of route
 * templates of the app: a path that is not among them may hold somebody's name.
 */
export function createLogger({
  level,
  clock,
  write,
  routes,
}: {
  level: LogLevel;
  clock: Clock;
  write: (line: string) => void;
  routes: ReadonlySet<string>;
}): Logger {
  const log =
    (at: LogLevel) =>
    (event: LogEvent, fields: LogFields = {}) => {
      if (SEVERITY[at] < SEVERITY[level]) return;
      const time = new Date(clock.now()).toISOString();
      const route =
        fields.route === undefined ? {} : { route: routes.has(fields.route) ? fields.route : INVALID };
      const line = { time, level: at, event, ...route, ...textsOf(fields), ...numbersOf(fields) };
      write(JSON.stringify({ ...line, ...errorOf(fields.error) }));
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

function textsOf(fields: LogFields): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [field, name, shape] of TEXTS) {
    const value = fields[field];
    if (value !== undefined) texts[name] = shape.test(value) ? value : INVALID;
  }
  return texts;
}

function numbersOf(fields: LogFields): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [field, name] of NUMBERS) {
    const value = fields[field];
    if (value !== undefined && Number.isFinite(value)) numbers[name] = Math.round(value * 1000) / 1000;
  }
  return numbers;
}

/** Class and places of an exception. Its message may quote a request, and is left out. */
function errorOf(error: unknown): { error?: string; error_at?: string[] } {
  if (error === undefined) return {};
  if (!(error instanceof Error)) return { error: typeof error };
  const name = /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : INVALID;
  return { error: name, error_at: placesOf(error) };
}

/** `file.ts:12:3` of the innermost frames, read behind the message so that no message passes for a frame. */
function placesOf({ stack = "", message }: Error): string[] {
  const trace = stack.slice(stack.indexOf(message) + message.length);
  const frames = trace.matchAll(/^ {4}at (?:.*[ (/])?([\w.-]+\.[cm]?[jt]s:\d+:\d+)\)?$/gm);
  return Array.from(frames, ([, place = INVALID]) => place).slice(0, STACK_FRAMES);
}
