import { randomBytes } from "node:crypto";
import { writeLog } from "./log.ts";

/** A span of ours in somebody's trace (W3C Trace Context, level 1). */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
}

/** What a span says of an inference request. */
export interface SpanFields {
  readonly model: string;
  readonly version: string;
  readonly status: number;
  readonly duration_ms: number;
  readonly queue_ms: number | null;
  readonly compute_ms: number | null;
}

const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/**
 * A span under the one that a `traceparent` header names, where its caller samples it. Null for a trace that is
 * not sampled, a header that is none, and version `ff` or ids of zeros, which mean nothing.
 */
export const startSpan = (header: string | string[] | undefined): Span | null => {
  if (typeof header !== "string") return null;
  const [, version, traceId = "", parentSpanId = "", flags = "0", rest] = SHAPE.exec(header) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentSpanId)) return null;
  if ((Number.parseInt(flags, 16) & SAMPLED) === 0) return null;
  return { traceId, spanId: randomBytes(8).toString("hex"), parentSpanId };
};

/** Writes a span as a line of the log, from where a collector takes it. */
export const endSpan = ({ parentSpanId, spanId, traceId }: Span, fields: SpanFields): void =>
  writeLog("info", "span", {
    name: "infer",
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: parentSpanId,
    ...fields,
  });
