import { Redis } from "@upstash/redis/cloudflare";
import { z } from "zod";
import type { Meter } from "../../functions/contracts/metrics.ts";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { KeyValue, KeyValueCommand, KeyValueFailure } from "../../functions/contracts/ports.ts";
import { toHex } from "../../functions/contracts/toHex.ts";

interface RedisOptions {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly meter: Meter;
}

const repliesSchema = z.array(z.object({ result: z.unknown().optional(), error: z.string().optional() }));

const scriptHashes = new Map<string, string>();

async function sha1Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return toHex(new Uint8Array(digest));
}

async function scriptHash(source: string): Promise<string> {
  const known = scriptHashes.get(source);
  if (known !== undefined) return known;
  const hash = await sha1Hex(source);
  scriptHashes.set(source, hash);
  return hash;
}

function failureOf(error: unknown): KeyValueFailure {
  if (!(error instanceof Error)) return { kind: "unavailable", detail: "unknown" };
  if (error.name === "TimeoutError" || error.name === "AbortError")
    return { kind: "timeout", detail: error.name };
  // The message of an UpstashError repeats the command, and with it keys: only its kind leaves this place.
  return { kind: error.name === "UpstashError" ? "refused" : "unavailable", detail: error.name };
}

const isUnknownScript = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("NOSCRIPT");

/** Redis over the Upstash REST protocol. Every call has the same deadline; none is repeated. */
export function redisKeyValue({ url, token, timeoutMs, meter }: RedisOptions): KeyValue {
  const redis = new Redis({
    url,
    token,
    retry: false,
    enableTelemetry: false,
    enableAutoPipelining: false,
    automaticDeserialization: false,
    signal: () => AbortSignal.timeout(timeoutMs),
  });

  const measured = async <Value>(
    purpose: string,
    call: () => Promise<Value>,
  ): Promise<Outcome<Value, KeyValueFailure>> => {
    const startedAtMs = Date.now();
    try {
      const value = await call();
      meter.count("headgate_redis_calls_total", { purpose, outcome: "ok" });
      return done(value);
    } catch (error) {
      const failure = failureOf(error);
      meter.count("headgate_redis_calls_total", { purpose, outcome: failure.kind });
      return failed(failure);
    } finally {
      meter.observe("headgate_redis_call_duration_seconds", (Date.now() - startedAtMs) / 1000);
    }
  };

  const evaluate = async (
    source: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> => {
    const hash = await scriptHash(source);
    const values = args.map(String);
    try {
      return await redis.evalsha(hash, [...keys], values);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return await redis.eval(source, [...keys], values);
    }
  };

  return {
    run: (script, keys, args) => measured(script.name, () => evaluate(script.source, keys, args)),
    pipeline: (commands) => measured("pipeline", () => pipeline(url, token, commands, timeoutMs)),
  };
}

/** The protocol's own pipeline; the client's knows a command only as a method with typed arguments. */
async function pipeline(
  url: string,
  token: string,
  commands: readonly KeyValueCommand[],
  timeoutMs: number,
): Promise<unknown[]> {
  if (commands.length === 0) return [];
  const response = await fetch(`${url}/pipeline`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(commands),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`pipeline answered ${response.status}`);
  const replies = repliesSchema.parse(await response.json());
  return replies.map((reply) => (reply.error === undefined ? (reply.result ?? null) : null));
}
