import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readConfiguration } from "../contracts/configuration.ts";
import { envelopeFor } from "../contracts/envelopes.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { AppendResult, InferFailure, InferResponse } from "../contracts/ports.ts";
import type { OutboxEntry } from "../contracts/records.ts";
import { findRobot } from "../contracts/robots.ts";
import type { GrantedConsent } from "../guard/leases/admission.ts";
import { act } from "./act.ts";
import type { ActPorts } from "./actContext.ts";
import { createStepTimes } from "./chunks/stepTimes.ts";
import { runnerPolicies } from "./policies/runnerPolicies.ts";
import { readActInput, readActOptions } from "./readActInput.ts";
import type { ActRequest } from "./schema.ts";

const SECRET = "A".repeat(43);
const configuration = readConfiguration({
  KEY_PEPPERS: `1:${SECRET}`,
  SUBJECT_SECRET: SECRET,
  PENDING_SECRET: SECRET,
  SIGNING_SECRET: SECRET,
  DATABASE_URL: "postgres://headgate_app@localhost/headgate",
  UPSTASH_REDIS_REST_URL: "http://localhost:1",
  UPSTASH_REDIS_REST_TOKEN: "t",
  RUNNER_URLS: "http://localhost:2",
});

/** A PNG of 32 by 32 pixels: signature and header are all that the gates read. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAMElEQVR42mOIojFgGLVg1IJRC0YtGLVg1IJRC2huwR05Oaxo1IJRC0aSBaNFBVUAAJPEOr0FUx24AAAAAElFTkSuQmCC";

const request = (over: Partial<ActRequest> = {}): ActRequest => ({
  robot_type: "franka",
  instruction: "move to the red block",
  image: PNG,
  ...over,
});

const personFree: GrantedConsent = {
  tier: "research",
  eventId: "01a1fe02-5b04-7c2a-a835-40bc94e861a0",
  subjectRef: null,
  keySeed: "ab".repeat(32),
};

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

let appended: OutboxEntry[];
let appendResult: AppendResult;
let inferResult: Outcome<InferResponse, InferFailure>;
let asked: number;
let nowMs: number;
let deadlineMs: number;
let jitters: [number, unknown][];
/** How long the model takes. */
let inferMs: number;

const chunk = (numbers: readonly number[]): Outcome<InferResponse, InferFailure> =>
  done({
    modelVersion: "1",
    outputs: [{ name: "actions", datatype: "FP32", shape: [1, 8, 7], data: Float32Array.from(numbers) }],
    queueMs: 1,
    computeMs: 2,
  });

const STILL = Array.from({ length: 56 }, () => 0);

const ports: ActPorts = {
  clock: { now: () => nowMs, sleep: () => Promise.resolve() },
  random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
  policies: runnerPolicies({
    infer: async (_, deadlineAtMs) => {
      asked += 1;
      deadlineMs = deadlineAtMs - nowMs;
      nowMs += inferMs;
      return inferResult;
    },
  }),
  outbox: {
    append: async (entry) => {
      appended.push(entry);
      return appendResult;
    },
  },
  stepTimes: createStepTimes(),
  meter: {
    count: () => undefined,
    observe: (name, value, labels) => {
      if (name === "headgate_step_jitter_seconds") jitters.push([value, labels]);
    },
    set: () => undefined,
  },
  configuration,
  configurationHash: "0123456789ab",
};

const play = (
  over: Partial<ActRequest> = {},
  consent: GrantedConsent = personFree,
  other: Partial<ActPorts> = {},
) =>
  act(
    {
      input: readActInput(request(over), {}),
      options: readActOptions(request(over)),
      source: "act",
      receivedAtMs: ports.clock.now(),
      admittedAtMs: ports.clock.now(),
      traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
      grant: {
        organizationId: "01a1fe02-5b04-7feb-afec-8d36e3b38778",
        keyId: "01a1fe02-5b04-7feb-afec-8d36e3b38779",
        scopes: ["act:invoke"],
        defaults: {},
        consent,
        limits: {
          rate: { limit: 1, remaining: 1, resetSeconds: 1 },
          quota: { limit: 1, remaining: 1, resetSeconds: 1 },
        },
        release: () => undefined,
        complete: () => undefined,
      },
    },
    { ...ports, ...other },
  );

beforeEach(() => {
  appended = [];
  asked = 0;
  nowMs = NOW_MS;
  inferMs = 0;
  jitters = [];
  appendResult = { kind: "recorded" };
  inferResult = chunk(STILL);
});

describe("act", () => {
  it("answers the model's chunk with its contract, safety and consent, and records it", async () => {
    const { outcome } = await play();
    expect(outcome.ok && outcome.value).toMatchObject({
      model: "visual-servo",
      chunk_size: 8,
      action: [0, 0, 0, 0, 0, 0, 0],
      norm_key: "metric",
      consent_tier: "research",
      recorded: true,
    });
    expect(appended).toHaveLength(1);
    expect(appended[0]?.image).not.toBeNull();
  });

  it("never answers a number outside the envelope: any chunk is safe, or is refused with a chunk that holds", async () => {
    const robot = findRobot("franka");
    const limit = robot === null ? 0 : (envelopeFor(robot, "ee_delta")?.limits.position?.max ?? 0);
    expect(limit).toBeGreaterThan(0);
    const numbers = fc.array(fc.oneof(fc.double({ min: -0.05, max: 0.05 }), fc.double()), {
      minLength: 56,
      maxLength: 56,
    });
    await fc.assert(
      fc.asyncProperty(numbers, async (actions) => {
        inferResult = chunk(actions);
        const { outcome } = await play({ dry_run: true });
        if (outcome.ok) {
          for (const step of outcome.value.actions) {
            expect(step.every(Number.isFinite)).toBe(true);
            expect(step.slice(0, 3).every((value) => Math.abs(value) <= limit * 1.001)).toBe(true);
          }
        } else {
          expect(outcome.failure.code).toBe("unsafe_action");
          expect(outcome.failure.extensions?.hold).toEqual(
            Array.from({ length: 8 }, () => [0, 0, 0, 0, 0, 0, 0]),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it("records an unsafe chunk as such: it is what a team wants to learn from", async () => {
    inferResult = chunk([9, ...STILL.slice(1)]);
    const { outcome } = await play();
    expect(!outcome.ok && outcome.failure.extensions).toMatchObject({ recorded: true });
    expect(appended[0]?.record.metadata.status).toBe("unsafe_action");
  });

  it("hands nothing at all to the outbox for tier none, and says why", async () => {
    const { outcome } = await play({}, { ...personFree, tier: "none", subjectRef: "c".repeat(64) });
    expect(outcome.ok && outcome.value).toMatchObject({
      recorded: false,
      reason: "consent",
      consent_tier: "none",
    });
    expect(appended).toEqual([]);
  });

  it.each([
    [{ kind: "duplicate", of: "x", rule: "duplicate.content" }, undefined, "duplicate"],
    [{ kind: "unavailable", reason: "timeout" }, undefined, "unavailable"],
  ] as const)(
    "serves although the outbox says %o, and says that nothing was recorded",
    async (result, record, reason) => {
      appendResult = result;
      const { outcome } = await play({ record });
      expect(outcome.ok && outcome.value).toMatchObject({ recorded: false, reason });
    },
  );

  it("refuses when recording is required and the outbox is away", async () => {
    appendResult = { kind: "unavailable", reason: "error" };
    const { outcome } = await play({ record: "required" });
    expect(!outcome.ok && outcome.failure.code).toBe("record_unavailable");
  });

  it.each([
    [{ kind: "deadline" }, "deadline_exceeded"],
    [{ kind: "no_capacity", detail: "away" }, "no_capacity"],
    [{ kind: "bad_answer", detail: "shape" }, "no_capacity"],
    [{ kind: "invalid_input", detail: "not an image" }, "gate_image"],
  ] as const)("never makes up an action: a runner's %o is the problem %s", async (failure, code) => {
    inferResult = failed(failure);
    const { outcome } = await play();
    expect(!outcome.ok && outcome.failure.code).toBe(code);
    expect(appended).toEqual([]);
  });

  it("asks no model for what the gates refuse, and points at every field at once", async () => {
    const { outcome } = await play({ robot_type: "unknown", instruction: " ", image: "no image" });
    expect(!outcome.ok && outcome.failure.errors?.map(({ pointer }) => pointer)).toEqual([
      "/robot_type",
      "/instruction",
      "/image",
    ]);
    expect(asked).toBe(0);
  });

  it.each([
    [{ model: "lexical-384" }, "unknown_model"],
    [{ robot_type: "aloha" }, "gate_robot_type"],
    [{ action_space: "joint_abs" }, "gate_action_vector"],
  ] as const)("refuses %o: the policy cannot move that", async (over, code) => {
    const { outcome } = await play(over);
    expect(!outcome.ok && outcome.failure.code).toBe(code);
  });
});

describe("act, for a robot that goes on meanwhile", () => {
  const ago = (ms: number) => new Date(NOW_MS - ms).toISOString();
  const still = [0, 0, 0, 0, 0, 0, 0];
  const moving = [0.03, 0, 0, 0, 0, 0, 0];
  const back = [-0.02, 0, 0, 0, 0, 0, 0];

  it("says how many steps of the chunk are over when it is answered, by the clock, else as the robot expects", async () => {
    const delay = async (over: Partial<ActRequest>) => {
      nowMs = NOW_MS;
      const { outcome } = await play(over);
      return outcome.ok && outcome.value.delay_steps;
    };
    expect(await delay({})).toBeUndefined();
    expect(await delay({ inference_delay: 3 })).toBe(3);
    inferMs = 100;
    // 15 Hz: 66.7 ms a step.
    expect(await delay({ captured_at: ago(0), inference_delay: 3 })).toBe(2);
    expect(await delay({ captured_at: ago(100) })).toBe(3);
    expect(await delay({ captured_at: ago(101) })).toBe(4);
    expect(await delay({ captured_at: ago(-2000) })).toBe(0);
  });

  it("warns where the whole chunk is over, and does not ask for one that was over before", async () => {
    inferMs = 600;
    const late = await play({ captured_at: ago(0) });
    expect(late.outcome.ok && late.outcome.value.warnings).toMatchObject([
      { rule: "action.idle" },
      { rule: "timestamp.chunk_elapsed" },
    ]);
    nowMs = NOW_MS;
    const { outcome } = await play({ captured_at: ago(2600) });
    expect(!outcome.ok && outcome.failure).toMatchObject({
      code: "gate_timestamp",
      extensions: { rule: "timestamp.stale_observation" },
      errors: [{ pointer: "/captured_at" }],
    });
    expect(asked).toBe(1);
  });

  it("gives up when the answer would be of no use: at the deadline, the greatest age, or the end of the chunk", async () => {
    const allowed = async (over: Partial<ActRequest>) => {
      await play(over);
      return deadlineMs;
    };
    expect(await allowed({})).toBe(1000);
    expect(await allowed({ captured_at: ago(200) })).toBe(1000);
    expect(await allowed({ captured_at: ago(200), max_age_ms: 500 })).toBe(300);
    expect(await allowed({ deadline_ms: 200, prev_chunk_left_over: [still] })).toBe(200);
    expect(await allowed({ prev_chunk_left_over: [] })).toBe(1000);
    expect(await allowed({ prev_chunk_left_over: [still] })).toBeCloseTo((8 * 1000) / 15);
  });

  it("refuses a chunk that the robot would have to jump to, with one that holds; not where it waits", async () => {
    inferResult = chunk(Array.from({ length: 8 }, () => moving).flat());
    const over = { inference_delay: 2, prev_chunk_left_over: [moving, back, moving] };
    const { outcome } = await play(over);
    expect(!outcome.ok && outcome.failure).toMatchObject({
      code: "unsafe_action",
      errors: [{ detail: expect.stringContaining("action.seam_jump: 0.04999") }],
      extensions: { hold: [still, still, still, still, still, still, still, still] },
    });
    for (const inference_delay of [undefined, 0, 1]) {
      const waited = await play({ ...over, inference_delay });
      expect(waited.outcome.ok).toBe(true);
    }
  });

  it("measures how regularly the steps of an episode come", async () => {
    for (const [step, atMs] of [
      [0, 0],
      [8, 500],
      [16, 1100],
    ]) {
      nowMs = NOW_MS + (atMs ?? 0);
      await play({ episode_id: "regular", step });
    }
    expect(jitters).toEqual([
      [expect.closeTo(8 / 15 - 0.5), { robot_type: "franka" }],
      [expect.closeTo(0.6 - 8 / 15), { robot_type: "franka" }],
    ]);
  });
});

describe("a record that is begun while the model works", () => {
  const digest = vi.spyOn(crypto.subtle, "digest");
  const encrypt = vi.spyOn(crypto.subtle, "encrypt");
  /** A digest of the picture, and one of all that was asked; the pictures as ciphertext. */
  const BEGUN = [2, 1];
  const computed = () => [digest.mock.calls.length, encrypt.mock.calls.length];
  beforeEach(() => [digest, encrypt].forEach((each) => void each.mockClear()));
  afterEach(() => expect(asked).toBe(1));

  it("is hashed and encrypted before there is an answer", async () => {
    const infer = async () => {
      asked += 1;
      await expect.poll(computed).toEqual(BEGUN);
      return inferResult;
    };
    const { outcome } = await play({}, personFree, { policies: runnerPolicies({ infer }) });
    expect(outcome.ok && outcome.value.recorded).toBe(true);
    expect(computed()).toEqual(BEGUN);
  });

  it.each([
    ["for a dry run", { dry_run: true }, personFree],
    ["at tier none", {}, { ...personFree, tier: "none" }],
    ["without an event of the ledger", {}, { ...personFree, eventId: null }],
  ] as const)("computes nothing %s", async (_, over, consent) => {
    const { outcome } = await play(over, consent);
    expect(outcome.ok && outcome.value.recorded).toBe(false);
    // Whatever was put off until the question has left would have begun by then.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(computed()).toEqual([0, 0]);
  });

  it("ends no exchange of its own: where the model fails, a record that could not be made is nobody's error", async () => {
    inferResult = failed({ kind: "deadline" });
    const broken = { ...configuration, PENDING_SECRET: "not base64url!" };
    const keyed = { ...personFree, keySeed: "cd".repeat(32) };
    const { outcome } = await play({}, keyed, { configuration: broken });
    expect(outcome).toMatchObject({ ok: false, failure: { code: "deadline_exceeded" } });
    await expect.poll(() => digest.mock.calls.length).toBe(2);
    inferResult = chunk(STILL);
    await expect(play({}, keyed, { configuration: broken })).rejects.toThrow();
    asked -= 1;
  });
});
