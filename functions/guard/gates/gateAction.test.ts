import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GripperConvention } from "../../contracts/actionSpaces.ts";
import { type Envelope, envelopeFor, GRIPPER_RANGE } from "../../contracts/envelopes.ts";
import { ROBOTS, type Robot } from "../../contracts/robots.ts";
import { type ActionToGate, gateAction } from "./gateAction.ts";
import { holdChunk } from "./holdChunk.ts";
import type { Seam } from "./measureSeam.ts";

interface Case {
  readonly robot: Robot;
  readonly envelope: Envelope;
}

const CASES: readonly Case[] = ROBOTS.flatMap((robot) =>
  robot.actionSpaces.flatMap((space) => {
    const envelope = envelopeFor(robot, space);
    return envelope ? [{ robot, envelope }] : [];
  }),
);
const CONVENTIONS = Object.keys(GRIPPER_RANGE) as GripperConvention[];
const STEPS = 3;

/** Where an absolute chunk starts, and how far around it a number may lie without breaking any bound. */
const START = 0.05;
function roomOf({ envelope }: Case, axis: number): { center: number; radius: number } {
  const kind = envelope.axes[axis];
  const limits = kind === undefined || kind === "gripper" ? undefined : envelope.limits[kind];
  if (limits === undefined) throw new Error(`axis ${axis} has no limits`);
  const perStep = envelope.meaning === "velocity" ? envelope.stepSeconds : 1;
  const radius = Math.min(limits.max, limits.maxJump, limits.maxTravel / (STEPS * perStep)) / 2;
  return envelope.meaning === "absolute"
    ? { center: START, radius: radius * 0.9 }
    : { center: 0, radius: radius * 0.99 };
}

/** A chunk inside the envelope: one share of its room per number. */
function chunkOf(item: Case, shares: readonly number[], convention: GripperConvention): ActionToGate {
  const { min, max } = GRIPPER_RANGE[convention];
  const { axes } = item.envelope;
  const actions = Array.from({ length: STEPS }, (_, step) =>
    axes.map((kind, axis) => {
      const share = shares[(step * axes.length + axis) % shares.length] ?? 0;
      if (kind === "gripper") return min + ((share + 1) / 2) * (max - min);
      const { center, radius } = roomOf(item, axis);
      return center + share * radius;
    }),
  );
  return {
    actions,
    robot: item.robot,
    actionSpace: item.envelope.actionSpace,
    units: "metric",
    gripperConvention: convention,
    state: axes.map((kind) => (kind === "gripper" ? min : START)),
  };
}

const anyChunk = fc
  .record({
    item: fc.constantFrom(...CASES),
    convention: fc.constantFrom(...CONVENTIONS),
    shares: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 60 }),
  })
  .map(({ item, convention, shares }) => ({ item, action: chunkOf(item, shares, convention) }));

/** The same action with one number replaced. */
function withNumber(action: ActionToGate, step: number, axis: number, number: number): ActionToGate {
  const actions = action.actions.map((row, index) =>
    index === step ? row.map((old, position) => (position === axis ? number : old)) : row,
  );
  return { ...action, actions };
}

const anyPlace = fc.record({
  step: fc.nat({ max: STEPS - 1 }),
  axisShare: fc.double({ min: 0, max: 0.999, noNaN: true }),
});
const axisAt = (item: Case, share: number) => Math.floor(share * item.envelope.axes.length);

describe("gateAction, for every robot type and action space", () => {
  it("lets a chunk inside the envelope pass, with a score between 0 and 1", () => {
    fc.assert(
      fc.property(anyChunk, ({ action }) => {
        const verdict = gateAction(action);
        expect(verdict.checks.filter(({ passed }) => !passed)).toEqual([]);
        expect(verdict.safe).toBe(true);
        expect(verdict.score).toBeGreaterThanOrEqual(0);
        expect(verdict.score).toBeLessThanOrEqual(1);
      }),
      { numRuns: 600 },
    );
  });

  it("refuses a number that is not finite, wherever it stands", () => {
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(anyChunk, anyPlace, bad, ({ item, action }, { step, axisShare }, number) => {
        const verdict = gateAction(withNumber(action, step, axisAt(item, axisShare), number));
        expect(verdict).toMatchObject({ safe: false, score: 0 });
        expect(verdict.checks.at(-1)).toMatchObject({ rule: "action.finite", value: 1, passed: false });
      }),
      { numRuns: 400 },
    );
  });

  it("refuses a number outside its bound, wherever it stands and however large", () => {
    const excess = fc.oneof(
      fc.double({ min: 1.01, max: 10, noNaN: true }),
      fc.constantFrom(1e9, Number.MAX_VALUE),
    );
    fc.assert(
      fc.property(
        anyChunk,
        anyPlace,
        excess,
        fc.boolean(),
        ({ item, action }, { step, axisShare }, factor, up) => {
          const axis = axisAt(item, axisShare);
          const kind = item.envelope.axes[axis];
          const { min, max } = GRIPPER_RANGE[action.gripperConvention];
          const limit =
            kind === "gripper" || kind === undefined
              ? Math.max(max, -min)
              : (item.envelope.limits[kind]?.max ?? 0);
          const verdict = gateAction(withNumber(action, step, axis, (up ? 1 : -1) * limit * factor));
          expect(verdict).toMatchObject({ safe: false, score: 0 });
          // What a check says has to survive JSON.
          expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
        },
      ),
      { numRuns: 600 },
    );
  });

  it("refuses every wrong shape", () => {
    for (const item of CASES) {
      const action = chunkOf(item, [0], "zero_closed_one_open");
      const wrong = [
        [],
        [[]],
        action.actions.map((row) => row.slice(1)),
        action.actions.map((row) => [...row, 0]),
      ];
      for (const actions of [...wrong, [...action.actions, []]]) {
        expect(gateAction({ ...action, actions }).safe).toBe(false);
      }
    }
  });

  it("takes a chunk that stands exactly on a bound in float32", () => {
    for (const { robot, envelope } of CASES.filter(({ envelope: { meaning } }) => meaning === "delta")) {
      const actions = [
        envelope.axes.map((kind) => (kind === "gripper" ? 1 : Math.fround(envelope.limits[kind]?.max ?? 0))),
      ];
      const { actionSpace } = envelope;
      const verdict = gateAction({
        actions,
        robot,
        actionSpace,
        units: "metric",
        gripperConvention: "minus_one_open",
      });
      expect(verdict).toMatchObject({ safe: true });
      expect(verdict.score).toBeCloseTo(0);
    }
  });

  it("refuses an absolute chunk that leaps away from where the robot is, or does not know where that is", () => {
    for (const item of CASES.filter(({ envelope: { meaning } }) => meaning === "absolute")) {
      const action = chunkOf(item, [0], "zero_closed_one_open");
      const elsewhere = item.envelope.axes.map(() => START + 1.5);
      expect(gateAction({ ...action, state: elsewhere }).safe).toBe(false);
      expect(gateAction({ ...action, state: null }).safe).toBe(false);
      expect(gateAction({ ...action, state: [] }).safe).toBe(false);
      expect(gateAction({ ...action, state: elsewhere.map(() => Number.NaN) }).safe).toBe(false);
    }
  });

  it("judges the step at which a chunk takes over as a step within a chunk, on every axis that moves", () => {
    const share = fc.double({ min: 0, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        anyChunk,
        anyPlace,
        share,
        fc.boolean(),
        ({ item, action }, { step, axisShare }, far, up) => {
          const axis = axisAt(item, axisShare);
          const kind = item.envelope.axes[axis];
          const next = action.actions[step];
          if (kind === undefined || next === undefined) return;
          const limit = kind === "gripper" ? undefined : item.envelope.limits[kind]?.maxJump;
          const last = next.map((number, place) =>
            place === axis ? number + (up ? 1 : -1) * far * (limit ?? 1) : number,
          );
          // A whole turn of an absolute rotation leads back to where it was.
          fc.pre(Math.abs(far * (limit ?? 1)) < Math.PI && Math.abs(far - 1) > 1e-3);
          const leftOver = Array.from({ length: step }, () => last);
          const verdict = gateAction({ ...action, seam: { leftOver, delaySteps: step } });
          const found = verdict.checks.find(({ rule }) => rule === "action.seam_jump");
          expect(found?.passed).toBe(step === 0 ? undefined : limit === undefined || far <= 1);
          expect(verdict.safe).toBe(found?.passed ?? true);
        },
      ),
      { numRuns: 600 },
    );
  });

  it("lets no seam pass that it cannot measure", () => {
    for (const item of CASES) {
      const action = chunkOf(item, [0], "zero_closed_one_open");
      const row = action.actions[0] ?? [];
      const unknown: Seam[] = [
        { leftOver: Array.from({ length: STEPS }, () => row), delaySteps: STEPS },
        { leftOver: [row.map(() => Number.NaN)], delaySteps: 1 },
        { leftOver: [[]], delaySteps: 1 },
      ];
      for (const seam of unknown) expect(gateAction({ ...action, seam }).safe).toBe(false);
    }
  });

  it("takes the short way around where an absolute rotation passes half a turn", () => {
    const robot = ROBOTS[0];
    if (robot === undefined) throw new Error("no robots");
    const pose = (yaw: number) => [0.3, 0, 0.3, 0, 0, yaw, 1];
    const actions = [pose(3.14), pose(-3.14)];
    const action = {
      actions,
      robot,
      actionSpace: "ee_abs",
      units: "metric",
      gripperConvention: "zero_closed_one_open",
    } as const;
    expect(gateAction({ ...action, state: pose(3.13) }).safe).toBe(true);
  });
});

describe("holdChunk", () => {
  it("is safe, moves nothing and has the asked length, for every robot type and action space", () => {
    for (const item of CASES) {
      for (const gripperConvention of CONVENTIONS) {
        const action = chunkOf(item, [0], gripperConvention);
        const contract = {
          actionSpace: action.actionSpace,
          units: "metric",
          gripperConvention,
          chunkSize: 4,
        } as const;
        const state = action.state ?? null;
        const actions = holdChunk(item.robot, contract, state) ?? [];
        expect(actions).toHaveLength(4);
        const { safe, checks } = gateAction({ ...action, actions, state });
        expect(safe).toBe(true);
        const moved = checks.filter(({ rule }) => /_jump|_travel/.test(rule)).map(({ value }) => value);
        expect(Math.max(...moved)).toBe(0);
        // What an absolute action names is the place itself, that of the grippers too.
        if (item.envelope.meaning === "absolute") expect(actions).toEqual(actions.map(() => state));
      }
    }
  });

  const franka = ROBOTS.find(({ name }) => name === "franka");
  if (franka === undefined) throw new Error("no franka");
  const contract = {
    actionSpace: "ee_delta",
    units: "metric",
    gripperConvention: "zero_closed_one_open",
    chunkSize: 1,
  } as const;

  it("keeps the gripper where the state says it is, and closes it where nobody knows", () => {
    expect(holdChunk(franka, contract, [0, 0, 0, 0, 0, 0, 0, 0.8])?.[0]?.at(-1)).toBe(0.8);
    expect(holdChunk(franka, contract, [0, 0, 0, 0, 0, 0, 0, 1.0004])?.[0]?.at(-1)).toBe(1);
    expect(holdChunk(franka, contract, [0, 0, 0, 0, 0, 0, 0, 1.2])?.[0]?.at(-1)).toBe(0);
    // Seven numbers of a seven-joint arm may be its joints alone.
    expect(holdChunk(franka, contract, [0, 0, 0, 0, 0, 0, 0.8])?.[0]?.at(-1)).toBe(0);
    expect(
      holdChunk(franka, { ...contract, gripperConvention: "zero_open_one_closed" }, null)?.[0]?.at(-1),
    ).toBe(1);
  });

  it("makes up nothing where a chunk that holds cannot be known", () => {
    expect(holdChunk(franka, { ...contract, actionSpace: "ee_abs" }, null)).toBeNull();
    expect(holdChunk(franka, { ...contract, units: "normalized" }, null)).toBeNull();
  });
});
