import { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import type { CommandFailure, ServerProblem } from "../failure.ts";
import type { Server } from "./findServer.ts";

/** One call of the API. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined | null>>;
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;

const problemSchema = z.object({
  title: z.string(),
  detail: z.string().optional(),
  fix: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});

/** Asks a server. It retries nothing: the person at the command line decides whether to do it again. */
export function createAsk({ url, key }: Server): Tools["ask"] {
  return async <Body>(call: Call, schema: z.ZodType<Body>): Promise<Outcome<Body, CommandFailure>> => {
    const response = await send(call, url, key);
    if (!response.ok) return response;
    const { status, ok, body } = response.value;
    if (!ok) return failed({ kind: "refused", problem: problemOf(status, body, url) });
    const parsed = schema.safeParse(body);
    if (parsed.success) return done(parsed.data);
    const [issue] = parsed.error.issues;
    const title = "The server answered outside its contract";
    const detail = `${call.method} ${call.path}: ${issue?.path.join(".") || "the answer"}: ${issue?.message}`;
    return failed({ kind: "refused", problem: { status, title, detail, errors: [], body } });
  };
}

async function send(
  { method, path, query = {}, body, timeoutMs = TIMEOUT_MS }: Call,
  url: string,
  key: string | null,
): Promise<Outcome<{ status: number; ok: boolean; body: unknown }, CommandFailure>> {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null) target.searchParams.set(name, String(value));
  try {
    const response = await fetch(target, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The key must not follow to wherever an answer points.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    return done({ status: response.status, ok: response.ok, body: parseJson(await response.text()) });
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    const sentence = late
      ? `${target.origin} did not answer within ${timeoutMs / 1000} s.`
      : `${target.origin} cannot be reached. Does the server run there?`;
    return failed({ kind: "unreachable", sentence });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problemOf(status: number, body: unknown, url: string): ServerProblem {
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return { status, ...parsed.data, body };
  return { status, title: "What answers is not Headgate", detail: url, errors: [], body };
}
