import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { noisePng } from "../../../tests/support/noisePng.ts";
import { orderedOrigins } from "../../../workers/ports/orderedOrigins.ts";
import type { ActionSpace, ActionUnits } from "../../contracts/actionSpaces.ts";
import { readConfiguration } from "../../contracts/configuration.ts";
import { envelopeFor } from "../../contracts/envelopes.ts";
import { failed } from "../../contracts/outcome.ts";
import { policyServersSetting } from "../../contracts/policyServersSetting.ts";
import { actionDimension, axesOf, ROBOTS, type Robot } from "../../contracts/robots.ts";
import { act } from "../act.ts";
import type { ActPorts } from "../actContext.ts";
import { createStepTimes } from "../chunks/stepTimes.ts";
import { readActInput, readActOptions } from "../readActInput.ts";
import { serverPolicies } from "./serverPolicies.ts";
import { type FakeServers, openFakeServers } from "./testTransport.ts";

// The second promise, on the side of numbers: whatever chunk a server of somebody else's answers, for every robot
// type, in every protocol, the robot gets a chunk inside its envelope, a hold, or a clear error.

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
const CHUNK_STEPS = 6;
const PICTURE = noisePng(1).toString("base64");
const meter = { count: () => undefined, observe: () => undefined, set: () => undefined };
const clock = { now: () => Date.parse("2026-11-21T12:00:00Z"), sleep: () => Promise.resolve() };

/** Which robot is served, by a policy of which kind. */
interface Served {
  readonly protocol: string;
  readonly robot: Robot;
  readonly space: ActionSpace;
  readonly units: ActionUnits;
}

let servers: FakeServers;
beforeEach(() => {
  servers = openFakeServers();
});

function portsFor({ protocol, robot, space, units }: Served): ActPorts {
  const list = policyServersSetting.parse(
    JSON.stringify([
      {
        name: "far",
        protocol,
        origins: ["http://first"],
        robots: [robot.name],
        action: {
          action_space: space,
          frame: "base",
          units,
          gripper_convention: "zero_closed_one_open",
          norm_key: "metric",
          chunk_size: CHUNK_STEPS,
        },
        observation: { cameras: { primary: "image" } },
      },
    ]),
  );
  return {
    clock,
    meter,
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    stepTimes: createStepTimes(),
    outbox: { append: async () => ({ kind: "recorded" }) },
    configuration,
    configurationHash: "0123456789ab",
    policies: serverPolicies(list, {
      clock,
      meter,
      transport: servers.transport,
      originsOf: (origins) => orderedOrigins({ origins, clock, meter }),
      runner: { infer: async () => failed({ kind: "no_capacity", detail: "there is none" }) },
    }),
  };
}

function play(robot: Robot, state: readonly number[], ports: ActPorts) {
  const request = {
    robot_type: robot.name,
    instruction: "pick up the cup",
    image: PICTURE,
    state: [...state],
    model: "far",
    dry_run: true,
  };
  const input = readActInput(request, {});
  // As a client of raw pixels sent it: no runner is there to decode.
  const pixels = { widthPixels: 32, heightPixels: 32, rgb: new Uint8Array(32 * 32 * 3) };
  return act(
    {
      input: { ...input, images: input.images.map((image) => ({ ...image, pixels })) },
      options: readActOptions(request),
      source: "act",
      receivedAtMs: clock.now(),
      admittedAtMs: clock.now(),
      traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
      grant: {
        organizationId: "01a1fe02-5b04-7feb-afec-8d36e3b38778",
        keyId: "01a1fe02-5b04-7feb-afec-8d36e3b38779",
        scopes: ["act:invoke"],
        defaults: {},
        consent: { tier: "none", eventId: null, subjectRef: null, keySeed: null },
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
}

/** Numbers as servers give them: mostly small, some of any size, some that are none. */
const number = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -0.002, max: 0.002, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1) },
  { weight: 1, arbitrary: fc.double() },
);

/** A chunk of about the right shape: every second one of the right length, and tame. */
const chunkFor = (dimension: number) => {
  const row = (length: number) => fc.array(number, { minLength: length, maxLength: length });
  const tame = fc.array(
    fc.array(fc.constantFrom(0, 0, 1e-5), { minLength: dimension, maxLength: dimension }),
    { minLength: 1, maxLength: CHUNK_STEPS + 2 },
  );
  const any = fc
    .integer({ min: Math.max(1, dimension - 1), max: dimension + 1 })
    .chain((length) => fc.array(row(length), { minLength: 0, maxLength: CHUNK_STEPS + 2 }));
  const fitting = fc.array(row(dimension), { minLength: 1, maxLength: CHUNK_STEPS + 2 });
  return fc.oneof(tame, fitting, any);
};

/** Whether a step keeps the bounds on single numbers, judged here and not by the gate. */
function isInside({ robot, space, units }: Served, step: readonly number[]): boolean {
  const axes = axesOf(robot, space) ?? [];
  const limits = envelopeFor(robot, space)?.limits ?? {};
  return (
    step.length === axes.length &&
    axes.every((kind, axis) => {
      const value = step[axis] ?? Number.NaN;
      if (!Number.isFinite(value)) return false;
      if (kind === "gripper") return value >= -0.002 && value <= 1.002;
      return Math.abs(value) <= (units === "normalized" ? 1 : (limits[kind]?.max ?? 0)) * 1.002;
    })
  );
}

const movable = ROBOTS.filter(({ mobile }) => !mobile);

it("knows more than forty robot types", () => expect(movable.length).toBeGreaterThan(40));

it.each(movable.map((robot) => [robot.name, robot] as const))(
  "%s gets a chunk inside its envelope, a hold or a clear error, whatever the server answers",
  async (_name, robot) => {
    const spaces = robot.actionSpaces.filter((space) => !space.endsWith("_abs"));
    const outcomes = new Set<string>();
    const calls = fc
      .record({
        protocol: fc.constantFrom("openpi", "openvla", "open_inference"),
        space: fc.constantFrom(...spaces),
        units: fc.constantFrom<ActionUnits[]>("metric", "metric", "normalized"),
        robot: fc.constant(robot),
      })
      .chain((served) =>
        chunkFor(actionDimension(robot, served.space) ?? 0).map((rows) => ({ served, rows })),
      );
    await fc.assert(
      fc.asyncProperty(calls, async ({ served, rows }) => {
        servers.fakes.set("first", { kind: "answers", rows });
        const state = (axesOf(robot, served.space) ?? []).map(() => 0.1);
        const { outcome } = await play(robot, state, portsFor(served));
        outcomes.add(outcome.ok ? "served" : outcome.failure.code);
        if (outcome.ok) {
          expect(outcome.value.actions.length).toBeLessThanOrEqual(CHUNK_STEPS);
          for (const step of outcome.value.actions) expect(isInside(served, step)).toBe(true);
          return;
        }
        expect(["unsafe_action", "no_capacity"]).toContain(outcome.failure.code);
        const hold = outcome.failure.extensions?.hold;
        if (outcome.failure.code === "no_capacity") {
          expect(hold).toBeUndefined();
          return;
        }
        if (served.units === "normalized") {
          expect(hold).toBeNull();
          return;
        }
        expect(hold).toHaveLength(CHUNK_STEPS);
        for (const step of Array.isArray(hold) ? hold : [[Number.NaN]])
          expect(isInside(served, step)).toBe(true);
      }),
      { numRuns: 40 },
    );
    expect([...outcomes].sort()).toEqual(["no_capacity", "served", "unsafe_action"]);
  },
);
