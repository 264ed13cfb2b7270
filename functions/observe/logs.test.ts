import fc from "fast-check";
import { expect, it } from "vitest";
import { createLogger, type LogFields, type LogLevel } from "./logs.ts";

function linesOf(level: LogLevel, use: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  const clock = { now: () => Date.UTC(2026, 6, 30), sleep: () => Promise.resolve() };
  const routes = new Set(["/v1/act", "/v1/consent/{subject}"]);
  use(createLogger({ level, clock, write: (line) => lines.push(line), routes }));
  return lines;
}

it("writes one JSON object per line, snake_case, with the fields given", () => {
  const [line = ""] = linesOf("info", (logger) =>
    logger.info("request_answered", { route: "/v1/act", status: 200, durationMs: 12.3456, cell: "local" }),
  );
  expect(JSON.parse(line)).toEqual({
    time: "2026-07-30T00:00:00.000Z",
    level: "info",
    event: "request_answered",
    route: "/v1/act",
    cell: "local",
    status: 200,
    duration_ms: 12.346,
  });
});

it("writes nothing that is less severe than its level", () => {
  const lines = linesOf("warn", (logger) => {
    logger.debug("started");
    logger.info("started");
    logger.warn("drain_failed");
    logger.error("bug");
  });
  expect(lines).toHaveLength(2);
});

it("lets no free text out through any field, and no line break", () => {
  const secret = fc.stringMatching(/^[ -~]{0,20}pick up Alice's cup[ -~\n]{0,20}$/);
  fc.assert(
    fc.property(secret, (text) => {
      const names = ["route", "method", "problem", "part", "failureKind", "requestId", "recordId"] as const;
      const others = ["organizationId", "keyId", "traceId", "cell", "version"] as const;
      const fields: LogFields = {
        ...Object.fromEntries([...names, ...others].map((name) => [name, text])),
        error: Object.assign(new TypeError(text), { name: text }),
      };
      const [line = ""] = linesOf("debug", (logger) => logger.error("bug", fields));
      expect(line).not.toMatch(/Alice|cup|\n/);
      expect(JSON.parse(line)).toMatchObject({ route: "__invalid__", trace_id: "__invalid__" });
    }),
  );
});

it("writes a path that is no known template as invalid: it may hold a person's name", () => {
  const [line = ""] = linesOf("info", (logger) =>
    logger.info("request_answered", { route: "/v1/consent/alice" }),
  );
  expect(line).not.toContain("alice");
});

it("says of an exception its class and where it was thrown, not its message", () => {
  const error = new RangeError("Alice\n    at alice.ts:1:1");
  const [line = ""] = linesOf("info", (logger) => logger.error("bug", { error }));
  expect(line).not.toMatch(/alice/i);
  expect(JSON.parse(line)).toMatchObject({
    error: "RangeError",
    error_at: expect.arrayContaining([expect.stringMatching(/^logs\.test\.ts:\d+:\d+$/)]),
  });
});
