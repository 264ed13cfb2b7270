import { afterEach, expect, it, vi } from "vitest";
import type { Clock, InferRequest } from "../../functions/contracts/ports.ts";
import { openInferenceRunner } from "./openInferenceRunner.ts";

const request: InferRequest = { model: "m", version: null, inputs: [], traceparent: "00-0-0-01" };
const NOTHING_TO_SAY = JSON.stringify({ model_name: "m", model_version: "3", outputs: [] });
const DEADLINE_MS = 30;

type Behavior = "serves" | "busy" | "dead" | "stalls" | "nonsense" | "without the model";

/** Origins by name, in their order, each doing what it does; answers which were asked. */
function origins(behaviors: Readonly<Record<string, Behavior>>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string, { signal }: { signal: AbortSignal }) => {
    const name = new URL(url).hostname;
    asked.push(name);
    switch (behaviors[name]) {
      case "serves":
        return new Response(NOTHING_TO_SAY);
      case "busy":
        return new Response("", { status: 503 });
      case "without the model":
        return new Response("{}", { status: 404 });
      case "nonsense":
        return new Response("not what a runner says");
      case "stalls":
        return await new Promise<Response>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      default:
        throw new TypeError("fetch failed");
    }
  });
  const clock: Clock & { nowMs: number } = { nowMs: 0, now: () => clock.nowMs, sleep: async () => undefined };
  const meter = { count: () => undefined, observe: () => undefined, set: () => undefined };
  const names = Object.keys(behaviors).map((name) => `http://${name}`);
  const runner = openInferenceRunner({ origins: names, clock, meter });
  return { asked, clock, infer: () => runner.infer(request, clock.nowMs + DEADLINE_MS) };
}

afterEach(() => vi.unstubAllGlobals());

it.each(["busy", "dead", "nonsense"] as const)(
  "goes on to the next origin past one that is %s, and asks that one last for a second",
  async (behavior) => {
    const { asked, clock, infer } = origins({ first: behavior, second: "serves" });
    expect(await infer()).toMatchObject({ ok: true, value: { modelVersion: "3" } });
    expect(await infer()).toMatchObject({ ok: true });
    expect(asked).toEqual(["first", "second", "second"]);
    clock.nowMs += 1001;
    await infer();
    expect(asked.slice(3)).toEqual(["first", "second"]);
  },
);

it("ends a call of an origin that stalls at the call's own deadline, and goes past it the next time", async () => {
  const { asked, infer } = origins({ first: "stalls", second: "serves" });
  expect(await infer()).toMatchObject({ ok: false, failure: { kind: "deadline" } });
  expect(await infer()).toMatchObject({ ok: true });
  expect(asked).toEqual(["first", "second"]);
});

it("makes nothing up where no origin serves", async () => {
  const { infer } = origins({ first: "dead", second: "busy" });
  expect(await infer()).toMatchObject({ ok: false, failure: { kind: "no_capacity" } });
});

it("tells a model that no runner has from a runner that is away, and rests no origin for it", async () => {
  const { asked, infer } = origins({ first: "without the model", second: "without the model" });
  for (const _ of [1, 2])
    expect(await infer()).toMatchObject({ ok: false, failure: { kind: "unknown_model" } });
  expect(asked).toEqual(["first", "second", "first", "second"]);
});

it("says of work that nobody waits for that others go first, and nothing of what a robot waits for", async () => {
  const priorities: unknown[] = [];
  vi.stubGlobal("fetch", async (_url: string, { headers }: { headers: Record<string, string> }) => {
    priorities.push(headers["x-request-priority"]);
    return new Response(NOTHING_TO_SAY);
  });
  const clock: Clock = { now: () => 0, sleep: async () => undefined };
  const meter = { count: () => undefined, observe: () => undefined, set: () => undefined };
  const runner = openInferenceRunner({ origins: ["http://first"], clock, meter });
  await runner.infer(request, DEADLINE_MS);
  await runner.infer({ ...request, priority: "batch" }, DEADLINE_MS);
  expect(priorities).toEqual([undefined, "batch"]);
});
