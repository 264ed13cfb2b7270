import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { readConfiguration } from "../contracts/configuration.ts";
import { envelopeFor } from "../contracts/envelopes.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { AppendResult, InferFailure, InferResponse } from "../contracts/ports.ts";
import type { OutboxEntry } from "../contracts/records.ts";
import { findRobot } from "../contracts/robots.ts";
import type { GrantedConsent } from "../guard/leases/admission.ts";
import { act } from "./act.ts";
import type { ActPorts } from "./actContext.ts";
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

let appended: OutboxEntry[];
let appendResult: AppendResult;
let inferResult: Outcome<InferResponse, InferFailure>;
let asked: number;

const chunk = (numbers: readonly number[]): Outcome<InferResponse, InferFailure> =>
  done({
    modelVersion: "1",
    outputs: [{ name: "actions", datatype: "FP32", shape: [1, 8, 7], data: Float32Array.from(numbers) }],
    queueMs: 1,
    computeMs: 2,
  });

const STILL = Array.from({ length: 56 }, () => 0);

const ports: ActPorts = {
  clock: { now: () => Date.parse("2026-11-21T12:00:00Z"), sleep: () => Promise.resolve() },
  random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
  policies: runnerPolicies({
    infer: async () => {
      asked += 1;
      return inferResult;
    },
  }),
  outbox: {
    append: async (entry) => {
      appended.push(entry);
      return appendResult;
    },
  },
  meter: { count: () => undefined, observe: () => undefined, set: () => undefined },
  configuration,
  configurationHash: "0123456789ab",
};

const play = (over: Partial<ActRequest> = {}, consent: GrantedConsent = personFree) =>
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
    ports,
  );

beforeEach(() => {
  appended = [];
  asked = 0;
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
