import { afterEach, expect, it, vi } from "vitest";
import type { Clock } from "../../functions/contracts/ports.ts";
import { openInferenceRunner } from "./openInferenceRunner.ts";

const clock: Clock = { now: () => 1000, sleep: async () => undefined };
const meter = { count: () => undefined, observe: () => undefined, set: () => undefined };
const request = { model: "perceptual-64", version: null, inputs: [], traceparent: "" };

afterEach(() => vi.unstubAllGlobals());

it("tells a model that no runner has from a runner that is away, and rests no origin for it", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(new URL(url).host);
    return new Response("{}", { status: 404 });
  });
  const runner = openInferenceRunner({ origins: ["http://one", "http://two"], clock, meter });
  for (const _ of [1, 2]) {
    expect(await runner.infer(request, 2000)).toMatchObject({
      ok: false,
      failure: { kind: "unknown_model" },
    });
  }
  expect(asked).toEqual(["one", "two", "one", "two"]);
});
