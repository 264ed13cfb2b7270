import type { Random } from "../contracts/ports.ts";
import { toHex } from "../contracts/toHex.ts";

/** Where a request stands in its trace (W3C Trace Context, level 1). */
export interface Trace {
  readonly traceId: string;
  /** Our own span; what we call gets it as its parent. */
  readonly spanId: string;
  /** The caller's span, or null when the trace begins here. */
  readonly parentSpanId: string | null;
  readonly sampled: boolean;
  /** The header for what we call, and for the answer. */
  readonly traceparent: string;
}

/** What a valid `traceparent` header says. */
export interface Traceparent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZERO_TRACE = "0".repeat(32);
const ZERO_SPAN = "0".repeat(16);

/**
 * Reads a `traceparent` header: version 00 has exactly four parts, later versions may append some, `ff` and
 * ids of zeros are invalid. Null for anything else.
 */
export function parseTraceparent(header: string | null | undefined): Traceparent | null {
  const [, version, traceId, spanId, flags, rest] = SHAPE.exec(header ?? "") ?? [];
  if (!version || !traceId || !spanId || !flags) return null;
  if (version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (traceId === ZERO_TRACE || spanId === ZERO_SPAN) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes a `traceparent` header of version 00. */
export const makeTraceparent = ({ traceId, spanId, sampled }: Traceparent): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

/** Continues the caller's trace with a span of our own, or starts a new one when the header is invalid. */
export function continueTrace(header: string | null | undefined, random: Random): Trace {
  const parent = parseTraceparent(header);
  const traceId = parent?.traceId ?? randomHex(random, 16);
  const spanId = randomHex(random, 8);
  const sampled = parent?.sampled ?? true;
  return {
    traceId,
    spanId,
    sampled,
    parentSpanId: parent?.spanId ?? null,
    traceparent: makeTraceparent({ traceId, spanId, sampled }),
  };
}

/** Random hex digits that are not all zero: zeros mean "no id". */
function randomHex(random: Random, lengthBytes: number): string {
  const bytes = random.bytes(lengthBytes);
  if (bytes.every((byte) => byte === 0)) bytes[lengthBytes - 1] = 1;
  return toHex(bytes);
}
