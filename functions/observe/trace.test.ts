import fc from "fast-check";
import { expect, it } from "vitest";
import { continueTrace, makeTraceparent, parseTraceparent } from "./trace.ts";

const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
const hexId = (length: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""))
    .filter((id) => /[1-9a-f]/.test(id));

it("continues a valid trace: same trace, the caller as parent, a new span, its sampling kept", () => {
  fc.assert(
    fc.property(hexId(32), hexId(16), fc.boolean(), (traceId, spanId, sampled) => {
      const trace = continueTrace(makeTraceparent({ traceId, spanId, sampled }), random);
      expect(trace).toMatchObject({ traceId, parentSpanId: spanId, sampled });
      expect(trace.spanId).not.toBe(spanId);
      expect(parseTraceparent(trace.traceparent)).toEqual({ traceId, spanId: trace.spanId, sampled });
    }),
  );
});

it("starts a new, valid trace for any other text", () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const trace = continueTrace(header, random);
      expect(trace.parentSpanId).toBeNull();
      expect(trace.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    }),
  );
});

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

it.each([
  ["zeros as trace id", `00-${"0".repeat(32)}-${SPAN}-01`],
  ["zeros as span id", `00-${TRACE}-${"0".repeat(16)}-01`],
  ["version ff", `ff-${TRACE}-${SPAN}-01`],
  ["version 00 with a fifth part", `00-${TRACE}-${SPAN}-01-more`],
  ["upper case", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ["text behind", `00-${TRACE}-${SPAN}-01 `],
  ["text behind a later version", `cc-${TRACE}-${SPAN}-01more`],
])("refuses %s", (_, header) => {
  expect(parseTraceparent(header)).toBeNull();
});

it("reads a later version by its first four parts, and only the sampled bit of the flags", () => {
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-ff-what-else`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    sampled: true,
  });
});

it("never makes an id of zeros, even of a random source that answers zeros", () => {
  const zeros = { bytes: (length: number) => new Uint8Array(length) };
  expect(parseTraceparent(continueTrace(null, zeros).traceparent)).not.toBeNull();
});
