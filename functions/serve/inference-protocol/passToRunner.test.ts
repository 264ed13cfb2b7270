import { beforeEach, expect, it } from "vitest";
import { recordingMeter } from "../../../drizzle/testKit.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ProtocolAnswer, ProtocolFailure, ProtocolRequest } from "../../contracts/ports.ts";
import { TestClock, testConfiguration } from "../../guard/leases/testWorld.ts";
import { type PassCall, passToRunner } from "./passToRunner.ts";
import { versionPathSchema } from "./schema.ts";

const NOW_MS = 1_700_000_000_000;
const REQUEST: ProtocolRequest = { method: "POST", path: "/v2/models/m/infer", headers: {}, body: null };
/** A policy that lives elsewhere under another name than ours. */
const POLICY_SERVERS = JSON.stringify([
  {
    name: "pi-kitchen",
    protocol: "open_inference",
    model: "pi0_fast",
    origins: ["http://policies:8000"],
    action: {
      action_space: "ee_delta",
      dimension: 7,
      frame: "base",
      units: "metric",
      gripper_convention: "zero_closed_one_open",
      norm_key: "metric",
      chunk_size: 8,
    },
    observation: { cameras: { primary: "image" } },
  },
]);
const configuration = testConfiguration({ POLICY_SERVERS });

let passed: { request: ProtocolRequest; deadlineAtMs: number }[];
let answer: Outcome<ProtocolAnswer, ProtocolFailure>;
let meter: ReturnType<typeof recordingMeter>;

beforeEach(() => {
  passed = [];
  answer = done({ headers: {}, body: null });
  meter = recordingMeter();
});

const pass = (changes: Partial<PassCall>) =>
  passToRunner(
    { inferredModel: "lexical-384", request: REQUEST, receivedAtMs: NOW_MS, deadlineMs: null, ...changes },
    {
      clock: new TestClock(NOW_MS),
      configuration,
      meter,
      runnerProtocol: {
        pass: async (request, deadlineAtMs) => {
          passed.push({ request, deadlineAtMs });
          return answer;
        },
      },
    },
  );

it.each(["visual-servo", "pi-kitchen", "pi0_fast"])(
  "refuses a model that acts: %s",
  async (inferredModel) => {
    expect(await pass({ inferredModel })).toEqual({ ok: false, failure: { code: "gated_model" } });
    expect(passed).toEqual([]);
    expect(meter.counts.size).toBe(0);
  },
);

it("passes a request on as it is, until the setting's deadline or a shorter one of the caller's", async () => {
  for (const deadlineMs of [null, 500, 60_000]) await pass({ deadlineMs });
  expect(passed.map(({ request }) => request)).toEqual([REQUEST, REQUEST, REQUEST]);
  expect(passed.map(({ deadlineAtMs }) => deadlineAtMs - NOW_MS)).toEqual([10_000, 500, 10_000]);
});

it("counts inferences by names that a runner knows, and no others", async () => {
  await pass({ inferredModel: "our-own" });
  answer = failed({ kind: "unknown_model", detail: "There is no such model." });
  for (const inferredModel of ["invented", "lexical-384", null]) await pass({ inferredModel });
  expect([...meter.counts.keys()]).toEqual([
    "headgate_inferences_total{our-own,ok}",
    "headgate_inferences_total{unknown,unknown_model}",
    "headgate_inferences_total{lexical-384,unknown_model}",
  ]);
});

it.each([
  [{ kind: "deadline" }, "deadline_exceeded"],
  [{ kind: "invalid_input", detail: "no JSON" }, "invalid_request"],
  [{ kind: "too_large", detail: "too large" }, "body_too_large"],
  [{ kind: "unknown_model", detail: "no such model" }, "unknown_model"],
  [{ kind: "no_capacity", detail: "full" }, "no_capacity"],
] as const)("tells what became of it, and what the runner said: %j", async (failure, code) => {
  answer = failed(failure);
  expect(await pass({})).toMatchObject({
    ok: false,
    failure: { code, ...("detail" in failure ? { detail: failure.detail } : {}) },
  });
});

it.each(["", ".", "..", "../x", "a/b", "a%2fb", "a b", "a\u0000", "x".repeat(129)])(
  "takes no name that could lead elsewhere: '%s'",
  (name) => {
    expect(versionPathSchema.safeParse({ model: name, version: "1" }).success).toBe(false);
    expect(versionPathSchema.safeParse({ model: "lexical-384", version: name }).success).toBe(false);
    expect(versionPathSchema.safeParse({ model: "lexical-384", version: "1" }).success).toBe(true);
  },
);
