import { describe, expect, it } from "vitest";
import { readTerms } from "./requestTerms.ts";

describe("readTerms", () => {
  it.each([
    [{}, null],
    [{ "x-request-deadline-ms": "250" }, 1250],
    [{ "grpc-timeout": "3S" }, 4000],
    [{ "grpc-timeout": "500000u" }, 1500],
    [{ "grpc-timeout": "2S", "x-request-deadline-ms": "100" }, 1100],
    [{ "grpc-timeout": "99999999H" }, null],
  ])("reads of %j the earlier deadline: %s", (headers, deadlineAtMs) => {
    expect(readTerms(headers, 1000)).toMatchObject({ ok: true, value: { deadlineAtMs, priority: "act" } });
  });

  it.each([
    [{ "x-request-deadline-ms": "soon" }, { status: 400, category: "data", retry: false }],
    [{ "x-request-deadline-ms": "" }, { status: 400, category: "data", retry: false }],
    [{ "grpc-timeout": "5 m" }, { status: 400, category: "data", retry: false }],
    [{ "x-request-priority": "urgent" }, { status: 400, category: "data", retry: false }],
    [{ "x-request-deadline-ms": "-1" }, { status: 503, category: "timeout", retry: true }],
    [{ "grpc-timeout": "0n" }, { status: 503, category: "timeout", retry: true }],
  ])("refuses %j", (headers, failure) => {
    expect(readTerms(headers, 1000)).toMatchObject({ ok: false, failure });
  });

  it("takes batch work as such", () => {
    expect(readTerms({ "x-request-priority": "batch" }, 0)).toMatchObject({
      ok: true,
      value: { priority: "batch" },
    });
  });
});
