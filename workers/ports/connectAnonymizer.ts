import { z } from "zod";
import { decodeBase64, toBase64 } from "../../functions/contracts/base64.ts";
import type { Meter } from "../../functions/contracts/metrics.ts";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Anonymizer, Clock, EncodedPicture, InferFailure } from "../../functions/contracts/ports.ts";
import { orderedOrigins } from "./orderedOrigins.ts";
import { fetchPlainly, type RunnerFetch } from "./runnerFetch.ts";

interface AnonymizerOptions {
  /** Origins without a trailing slash, in the order in which they are tried. */
  readonly origins: readonly string[];
  readonly clock: Clock;
  readonly meter: Meter;
  readonly fetch?: RunnerFetch;
}

type Attempt = Outcome<EncodedPicture, InferFailure>;

const METHOD = "headgate.media.v1.MediaService/AnonymizeImage";

/** Of the answer, what the drain needs. */
const answerSchema = z.object({
  anonymized: z.union([
    z.object({ unchanged: z.literal(true) }),
    z.object({ picture: z.object({ image: z.string(), contentType: z.string() }) }),
  ]),
});

/** Codes of Connect by what they mean here; any other is an answer that nobody expected, and may come again. */
const FAILURES: Readonly<Record<string, Exclude<InferFailure["kind"], "deadline">>> = {
  invalid_argument: "invalid_input",
  out_of_range: "invalid_input",
  resource_exhausted: "no_capacity",
  unavailable: "no_capacity",
  aborted: "no_capacity",
  canceled: "no_capacity",
  failed_precondition: "no_capacity",
  // A runner without this service, or whose detector is not loaded.
  not_found: "unknown_model",
  unimplemented: "unknown_model",
};
const errorSchema = z.object({ code: z.string() });

/** A refusal in Connect's terms. What is no answer of Connect comes from something in between, such as a proxy. */
async function failureOf(response: Response): Promise<InferFailure> {
  const error = errorSchema.safeParse(await response.json().catch(() => null));
  const detail = `the anonymizer answered ${response.status}`;
  if (!error.success) return { kind: response.status === 404 ? "unknown_model" : "no_capacity", detail };
  if (error.data.code === "deadline_exceeded") return { kind: "deadline" };
  return { kind: FAILURES[error.data.code] ?? "bad_answer", detail };
}

/** The anonymized picture, or the one that was sent, where there was nothing to cover in it. */
function readAnswer(json: unknown, sent: EncodedPicture): Attempt {
  const answer = answerSchema.safeParse(json);
  if (answer.success) {
    const { anonymized } = answer.data;
    if ("unchanged" in anonymized) return done(sent);
    const bytes = decodeBase64(anonymized.picture.image);
    if (bytes !== null) return done({ bytes, contentType: anonymized.picture.contentType });
  }
  return failed({ kind: "bad_answer", detail: "no answer of the anonymizer" });
}

async function ask(
  send: RunnerFetch,
  origin: string,
  picture: EncodedPicture,
  remainingMs: number,
  traceparent: string,
): Promise<Attempt> {
  try {
    const response = await send(`${origin}/${METHOD}`, {
      method: "POST",
      body: JSON.stringify({
        picture: { image: toBase64(picture.bytes), contentType: picture.contentType },
        omitUnchanged: true,
      }),
      headers: {
        "content-type": "application/json",
        "connect-protocol-version": "1",
        "connect-timeout-ms": String(Math.floor(remainingMs)),
        traceparent,
      },
      signal: AbortSignal.timeout(remainingMs),
    });
    if (!response.ok) return failed(await failureOf(response));
    return readAnswer(await response.json(), picture);
  } catch (error) {
    if (error instanceof SyntaxError) return failed({ kind: "bad_answer", detail: "the answer is no JSON" });
    const passed = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return failed(
      passed ? { kind: "deadline" } : { kind: "no_capacity", detail: "the anonymizer cannot be reached" },
    );
  }
}

/**
 * The runners' `MediaService`, asked over Connect with JSON on HTTP/1.1 (https://connectrpc.com/docs/protocol), in
 * an order and as long as the deadline allows.
 */
export function connectAnonymizer(options: AnonymizerOptions): Anonymizer {
  const list = orderedOrigins(options);
  const { fetch: send = fetchPlainly } = options;
  return {
    anonymize: (picture, deadlineAtMs, traceparent) =>
      list.ask(deadlineAtMs, (origin, remainingMs) => ask(send, origin, picture, remainingMs, traceparent)),
  };
}
