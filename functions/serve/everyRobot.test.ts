import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gripperConventionSchema } from "../contracts/actionSpaces.ts";
import { type Envelope, envelopeFor, GRIPPER_RANGE } from "../contracts/envelopes.ts";
import type { ActionContract, Policy } from "../contracts/models.ts";
import { done } from "../contracts/outcome.ts";
import type { OutboxEntry } from "../contracts/records.ts";
import { ROBOTS, type Robot } from "../contracts/robots.ts";
import { gateFeedbackActions } from "../guard/gates/gateFeedbackActions.ts";
import { testConfiguration } from "../guard/leases/testWorld.ts";
import { sampleImage } from "../guard/privacy/testImages.ts";
import { parseEntry } from "../guard/seal/parseEntry.ts";
import { act } from "./act.ts";
import { createStepTimes } from "./chunks/stepTimes.ts";
import { listModels } from "./listModels.ts";

/** A robot in one of its action spaces, and a policy somewhere that acts in it. */
interface Case {
  readonly robot: Robot;
  readonly envelope: Envelope;
  readonly policy: Policy;
}

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const CHUNK_STEPS = 3;
const configuration = testConfiguration();

const CASES: readonly Omit<Case, "policy">[] = ROBOTS.flatMap((robot) =>
  robot.actionSpaces.flatMap((space) => {
    const envelope = envelopeFor(robot, space);
    return envelope === null ? [] : [{ robot, envelope }];
  }),
);

const policyOf = ({ envelope }: Omit<Case, "policy">, action: Partial<ActionContract>): Policy => ({
  name: "elsewhere",
  kind: "policy",
  version: "3",
  description: "A policy of the test.",
  action: {
    actionSpace: envelope.actionSpace,
    dimension: envelope.axes.length,
    frame: "base",
    units: "metric",
    gripperConvention: "zero_closed_one_open",
    normKey: "metric",
    chunkSize: CHUNK_STEPS,
    ...action,
  },
});

const anyCase: fc.Arbitrary<Case> = fc
  .record({
    item: fc.constantFrom(...CASES),
    units: fc.oneof(
      { weight: 5, arbitrary: fc.constant("metric") },
      { weight: 1, arbitrary: fc.constant("normalized") },
    ),
    gripperConvention: fc.constantFrom(...gripperConventionSchema.options),
  })
  .map(({ item, ...action }) => ({ ...item, policy: policyOf(item, action) }));

/** Evenly from −1 to 1: a random double would be tiny or huge, and seldom near a bound. */
const share = fc.integer({ min: -1000, max: 1000 }).map((thousandths) => thousandths / 1000);
const anyNumber = fc.oneof(share, fc.double());

/** Numbers that keep near the state and small, so that most keep every bound; one of them up to twice a bound; or whatever. */
function chunksFor({ envelope, policy }: Case, state: readonly number[] | null): fc.Arbitrary<number[][]> {
  const { min, max } = GRIPPER_RANGE[policy.action.gripperConvention];
  const numberOf = (axis: number, part: number, ofJump: number): number => {
    const kind = envelope.axes[axis];
    if (kind === undefined || kind === "gripper") return min + ((part * ofJump * 4 + 1) / 2) * (max - min);
    const center = envelope.meaning === "absolute" ? (state?.[axis] ?? 0) : 0;
    return center + part * ofJump * (envelope.limits[kind]?.maxJump ?? 0);
  };
  const numbers = envelope.axes.map((_, axis) => share.map((part) => numberOf(axis, part, 1 / 4)));
  const steps = (length: number) => fc.array(fc.tuple(...numbers), { minLength: length, maxLength: length });
  const inside = steps(CHUNK_STEPS);
  const spoiled = fc
    .tuple(inside, fc.nat(), fc.nat(), fc.oneof(share, share, fc.double()), fc.boolean())
    .map(([chunk, step, at, part, whatever]) => {
      const axis = at % envelope.axes.length;
      const number = whatever ? part : numberOf(axis, part, 2);
      return chunk.map((row, index) => (index === step % CHUNK_STEPS ? row.with(axis, number) : row));
    });
  const anyShape = fc.array(fc.array(anyNumber, { maxLength: 20 }), { maxLength: 5 });
  const wider = inside.map((chunk) => chunk.map((row, at) => (at === 0 ? row : [...row, 0])));
  return fc.oneof(inside, spoiled, spoiled, anyShape, wider, steps(1), steps(0));
}

/** What a robot of this kind may say of itself: the layout of its action, its joints, a pose, or nothing. */
const statesFor = ({ robot, envelope }: Case): fc.Arbitrary<number[] | null> => {
  const joints = robot.arms.reduce((sum, arm) => sum + arm.joints, 0);
  const lengths = [envelope.axes.length, envelope.axes.length, joints, 7 * robot.arms.length, 5];
  const state = fc.constantFrom(...lengths).chain((length) =>
    fc.array(
      share.map((part) => Math.abs(part) / 3),
      { minLength: length, maxLength: length },
    ),
  );
  return fc.oneof(fc.constant(null), state, state, state);
};

const anyExchange = anyCase.chain((item) =>
  statesFor(item).chain((state) => chunksFor(item, state).map((actions) => ({ item, state, actions }))),
);

async function serve({ robot, policy }: Case, state: number[] | null, actions: number[][]) {
  const recorded: OutboxEntry[] = [];
  const image = {
    camera: "primary",
    pointer: "/image",
    bytes: sampleImage("png"),
    declaredType: null,
    pixels: null,
  };
  const { outcome } = await act(
    {
      input: {
        robotType: robot.name,
        instruction: "pick up the cup",
        images: [image],
        state,
        actionSpace: null,
        episodeId: null,
        step: null,
        capturedAt: null,
        environment: null,
        inferenceDelaySteps: null,
        previousChunk: null,
      },
      options: { model: "elsewhere", deadlineMs: null, maxAgeMs: null, dryRun: false, recordRequired: false },
      source: "act",
      receivedAtMs: NOW_MS,
      admittedAtMs: NOW_MS,
      traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
      grant: {
        organizationId: "01a1fe02-5b04-7feb-afec-8d36e3b38778",
        keyId: "01a1fe02-5b04-7feb-afec-8d36e3b38779",
        scopes: ["act:invoke"],
        defaults: {},
        consent: {
          tier: "research",
          eventId: "01a1fe02-5b04-7c2a-a835-40bc94e861a0",
          subjectRef: null,
          keySeed: "ab".repeat(32),
        },
        limits: {
          rate: { limit: 1, remaining: 1, resetSeconds: 1 },
          quota: { limit: 1, remaining: 1, resetSeconds: 1 },
        },
        release: () => undefined,
        complete: () => undefined,
      },
    },
    {
      clock: { now: () => NOW_MS, sleep: async () => undefined },
      random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
      policies: {
        policies: [policy],
        infer: async () =>
          done({ modelVersion: "3", actions, origin: "openpi://elsewhere", queueMs: null, computeMs: null }),
      },
      outbox: {
        append: async (entry) => {
          recorded.push(entry);
          return { kind: "recorded" };
        },
      },
      stepTimes: createStepTimes(),
      meter: { count: () => undefined, observe: () => undefined, set: () => undefined },
      configuration,
      configurationHash: "0123456789ab",
    },
  );
  return { outcome, recorded };
}

/** Whether each number keeps to the bounds of its axis, told without the code that gates it. */
function keepsEnvelope(
  { envelope, policy }: Case,
  actions: readonly number[][],
  state: number[] | null,
): boolean {
  const { units, gripperConvention } = policy.action;
  const { min, max } = GRIPPER_RANGE[gripperConvention];
  const atMost = (value: number, limit: number): boolean => Math.abs(value) <= limit * 1.001 + 1e-9;
  const { meaning } = envelope;
  return envelope.axes.every((kind, axis) => {
    const column = actions.map((row) => row[axis] ?? Number.NaN);
    if (!column.every(Number.isFinite)) return false;
    if (kind === "gripper") return column.every((value) => value >= min - 0.002 && value <= max + 0.002);
    if (units === "normalized") return column.every((value) => atMost(value, 1.001));
    const limits = envelope.limits[kind];
    if (limits === undefined) return false;
    const start = meaning === "absolute" ? [state?.[axis] ?? Number.NaN] : [];
    const places = [...start, ...column];
    const jumps = places.slice(1).map((value, at) => value - (places[at] ?? Number.NaN));
    // The bounds on rotations of a place know the short way round; the chunks here do not go there.
    const turns = kind === "rotation" && meaning === "absolute";
    return (
      column.every((value) => atMost(value, limits.max)) &&
      (turns || jumps.every((jump) => atMost(jump, limits.maxJump)))
    );
  });
}

describe("every robot in every of its action spaces, whatever a policy answers", () => {
  it("gets a chunk inside its envelope, or a hold that moves nothing, and a record that says which", async () => {
    let served = 0;
    let held = 0;
    await fc.assert(
      fc.asyncProperty(anyExchange, async ({ item, state, actions }) => {
        const { outcome, recorded } = await serve(item, state, actions);
        const { envelope, policy } = item;
        const [entry] = recorded;
        if (entry === undefined) throw new Error(JSON.stringify(outcome));
        const text = JSON.stringify(entry.record);
        expect(JSON.stringify(parseEntry(text, entry.image).record)).toBe(text);
        for (const { value, limit, margin } of entry.record.action?.safetyChecks ?? [])
          expect([value, limit, margin].every(Number.isFinite)).toBe(true);
        if (outcome.ok) {
          served += 1;
          expect(outcome.value.actions).toEqual(actions);
          expect(outcome.value.actions.map(({ length }) => length)).toEqual(
            actions.map(() => policy.action.dimension),
          );
          expect(keepsEnvelope(item, actions, state)).toBe(true);
          expect(entry.record.metadata).toMatchObject({
            status: "served",
            actionSpace: envelope.actionSpace,
            origin: "openpi://elsewhere",
          });
          return;
        }
        expect(outcome.failure.code).toBe("unsafe_action");
        expect(entry.record.metadata.status).toBe("unsafe_action");
        const hold = outcome.failure.extensions?.hold;
        if (hold !== null) held += 1;
        const place = envelope.meaning === "absolute" ? state : envelope.axes.map(() => 0);
        const known = policy.action.units === "metric" && place?.length === envelope.axes.length;
        expect(hold === null).toBe(!known);
        expect(hold ?? []).toEqual(
          known ? Array.from({ length: CHUNK_STEPS }, () => holding(item, place ?? [], state)) : [],
        );
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(served, held)).toBeGreaterThan(200);
  });

  it("is corrected by the same bounds by which it is served", async () => {
    await fc.assert(
      fc.asyncProperty(anyExchange, async ({ item, state, actions }) => {
        const { outcome } = await serve(item, state, actions);
        const findings = gateFeedbackActions(
          {
            request: {
              type: "correction",
              inference_id: "inf_1",
              actions,
              ...(state === null ? {} : { state }),
            },
            about: {
              madeAtMs: NOW_MS,
              robotType: item.robot.name,
              ...item.policy.action,
              lastStep: null,
              served: null,
              state: null,
            },
          },
          { nowMs: NOW_MS, limits: configuration },
        );
        expect(findings.length === 0).toBe(outcome.ok);
      }),
      { numRuns: 300 },
    );
  });

  it("is warned where the policy's places need a start that the caller did not send", async () => {
    for (const item of CASES.filter(({ envelope: { meaning } }) => meaning === "absolute")) {
      const known = { ...item, policy: policyOf(item, {}) };
      const state = item.envelope.axes.map(() => 0.1);
      const rest = [state, state, state];
      const { outcome } = await serve(known, state, rest);
      expect(outcome.ok && outcome.value.warnings.map(({ rule }) => rule)).not.toContain(
        "state.needed_for_absolute",
      );
      const { recorded } = await serve(known, null, rest);
      expect(recorded[0]?.record.metadata.warnings).toContain("state.needed_for_absolute");
    }
  });

  it("finds its policy listed with its space and as many numbers as it takes", () => {
    for (const item of CASES) {
      const [listed] = listModels([policyOf(item, {})], []).data;
      expect(listed).toMatchObject({
        action_space: item.envelope.actionSpace,
        action_dimension: item.envelope.axes.length,
      });
    }
  });
});

/** Zeros or the place, and grippers where the state says they are, if it says so in their range; else closed. */
function holding(
  { robot, envelope, policy }: Case,
  place: readonly number[],
  state: number[] | null,
): number[] {
  const { min, max, closed } = GRIPPER_RANGE[policy.action.gripperConvention];
  const perArm = envelope.axes.length / robot.arms.length;
  return envelope.axes.map((kind, axis) => {
    if (kind !== "gripper") return place[axis] ?? 0;
    const named =
      envelope.meaning === "absolute" ? place[axis] : gripperIn(robot, state, Math.floor(axis / perArm));
    return named !== undefined && named >= min && named <= max ? named : closed;
  });
}

function gripperIn(robot: Robot, state: number[] | null, arm: number): number | undefined {
  const joints = robot.arms[arm]?.joints ?? 0;
  const perArm = (state?.length ?? 0) / robot.arms.length;
  const named = perArm === joints + 1 || ((perArm === 7 || perArm === 8) && perArm !== joints);
  return named ? state?.[(arm + 1) * perArm - 1] : undefined;
}
