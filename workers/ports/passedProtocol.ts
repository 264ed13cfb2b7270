import { z } from "zod";
import type { Meter } from "../../functions/contracts/metrics.ts";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type {
  Clock,
  ProtocolAnswer,
  ProtocolFailure,
  ProtocolRequest,
  RunnerProtocol,
} from "../../functions/contracts/ports.ts";
import { BINARY_HEADER } from "../../functions/serve/openInference.ts";
import { orderedOrigins } from "./orderedOrigins.ts";
import { fetchPlainly, type RunnerFetch } from "./runnerFetch.ts";

interface ProtocolOptions {
  /** Origins without a trailing slash, in the order in which they are tried. */
  readonly origins: readonly string[];
  readonly clock: Clock;
  readonly meter: Meter;
  readonly fetch?: RunnerFetch;
}

/** Headers of an answer that belong to the protocol. */
const PASSED_BACK = ["content-type", BINARY_HEADER, "server-timing"];
const SAID_MAX_CHARACTERS = 500;

const errorSchema = z.object({ error: z.string().min(1) });

type Attempt = Outcome<ProtocolAnswer, ProtocolFailure>;

/** What a runner says is wrong, or its status where it says nothing of the protocol. */
async function saidBy(response: Response): Promise<string> {
  const parsed = errorSchema.safeParse(await response.json().catch(() => null));
  return parsed.success
    ? parsed.data.error.slice(0, SAID_MAX_CHARACTERS)
    : `The runner answered ${response.status}.`;
}

async function failureOf(response: Response): Promise<ProtocolFailure> {
  const detail = await saidBy(response);
  switch (response.status) {
    case 404:
      return { kind: "unknown_model", detail };
    case 413:
      return { kind: "too_large", detail };
    case 429:
    case 408:
      return { kind: "no_capacity", detail };
    case 504:
      return { kind: "deadline" };
    default:
      return response.status >= 500 ? { kind: "no_capacity", detail } : { kind: "invalid_input", detail };
  }
}

async function ask(
  send: RunnerFetch,
  origin: string,
  request: ProtocolRequest,
  remainingMs: number,
): Promise<Attempt> {
  try {
    const response = await send(`${origin}${request.path}`, {
      method: request.method,
      headers: { ...request.headers, "x-request-deadline-ms": String(Math.floor(remainingMs)) },
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.timeout(remainingMs),
    });
    if (response.status !== 200) return failed(await failureOf(response));
    const headers: Record<string, string> = {};
    for (const name of PASSED_BACK) {
      const value = response.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    return done({ headers, body: response.body });
  } catch (error) {
    const passed = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return failed(
      passed ? { kind: "deadline" } : { kind: "no_capacity", detail: "The runner cannot be reached." },
    );
  }
}

/**
 * The runners of the list, for requests that are passed on as they came. The deadline holds for the body of the answer
 * too: it is cut off there.
 */
export function passedProtocol(options: ProtocolOptions): RunnerProtocol {
  const list = orderedOrigins(options);
  const { fetch: send = fetchPlainly } = options;
  return {
    pass: (request, deadlineAtMs) =>
      list.ask(deadlineAtMs, (origin, remainingMs) => ask(send, origin, request, remainingMs)),
  };
}
