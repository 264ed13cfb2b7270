import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Policy } from "../../contracts/models.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import type { OutboxEntry } from "../../contracts/records.ts";
import { ORGANIZATION, settle, systemRandom, TestWorld } from "../../guard/leases/testWorld.ts";
import { createStepTimes } from "../chunks/stepTimes.ts";
import { runnerPolicies } from "../policies/runnerPolicies.ts";
import { type Connection, fitOf } from "./connection.ts";
import { Episode, type EpisodeState } from "./episode.ts";
import { packFrame, unpackFrame, type WireValue } from "./msgpack.ts";
import { membersOf, numbersOf, readValue, writeArray } from "./ndarray.ts";
import { Session } from "./session.ts";

const [visualServo] = runnerPolicies({ infer: async () => failed({ kind: "deadline" }) }).policies;
if (visualServo === undefined) throw new Error("no policy is built in");
/** One that names places: without a state nobody can say which of them would hold the robot. */
const places: Policy = {
  ...visualServo,
  name: "places",
  action: { ...visualServo.action, actionSpace: "ee_abs" },
};
const policies = [visualServo, places];
const STILL = Array.from({ length: 8 }, () => [0, 0, 0, 0, 0, 0, 1]);
const WILD = STILL.map(() => [9, 0, 0, 0, 0, 0, 1]);

let world: TestWorld;
let key: Awaited<ReturnType<TestWorld["addKey"]>>;
let saved: EpisodeState | null;
let entries: OutboxEntry[];
let answer: () => Promise<Outcome<number[][], InferFailure>>;

beforeEach(async () => {
  world = new TestWorld();
  key = await world.addKey();
  await world.setTier(null, "research");
  saved = null;
  entries = [];
  answer = async () => done(STILL);
});

const connection = (changes: Partial<Connection> = {}): Connection => ({
  presentedKey: key.text,
  address: null,
  organizationId: ORGANIZATION,
  keyId: key.keyId,
  session: "robot-1",
  named: true,
  robotType: "franka",
  model: "visual-servo",
  subject: null,
  episodeId: null,
  environment: null,
  deadlineMs: null,
  traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  ...changes,
});

/** A socket on a session, and what was said on it. */
function open(changes: Partial<Connection> = {}) {
  const sent: (Uint8Array | string)[] = [];
  const closed: { code: number; reason: string }[] = [];
  const { clock, meter, configuration } = world;
  const of = connection(changes);
  const fit = fitOf(of, policies);
  if (!fit.ok) throw new Error(fit.failure.code);
  const save = (state: EpisodeState) => {
    saved = structuredClone(state);
  };
  const wish = { episodeId: of.episodeId, prefix: "robot-1", maxAgeMs: 60_000 };
  const episode = new Episode(saved, { clock, random: systemRandom, save });
  const session = new Session(of, fit.value, episode, {
    clock,
    random: systemRandom,
    meter,
    configuration,
    configurationHash: "0123456789ab",
    stepTimes: createStepTimes(),
    policies: {
      policies,
      infer: async () => {
        const actions = await answer();
        if (!actions.ok) return actions;
        return done({
          modelVersion: "1",
          actions: actions.value,
          origin: "runner",
          queueMs: 1,
          computeMs: 2,
        });
      },
    },
    outbox: {
      append: async (entry) => {
        entries.push(entry);
        return { kind: "recorded" };
      },
    },
    admitter: world.isolate(),
    background: (task) => void task,
    wire: { send: (frame) => sent.push(frame), close: (code, reason) => closed.push({ code, reason }) },
    inTurn: (work) => work(),
  });
  void session.open(wish);
  const receive = (frame: Uint8Array | string) =>
    session.receive(typeof frame === "string" ? frame : Uint8Array.from(frame).buffer);
  return { session, sent, closed, receive, say: (value: WireValue) => receive(packFrame(value)) };
}

let shade = 0;
const observation = (changes: { readonly [key: string]: WireValue } = {}) => {
  shade += 1;
  const rgb = new Uint8Array(32 * 32 * 3).map((_, at) => at * shade);
  return {
    "observation/image": writeArray(rgb, "|u1", [32, 32, 3]),
    prompt: "move to the red block",
    ...changes,
  };
};

type Plain = Record<string, unknown>;

/** A map that was sent as an object; arrays of numbers as their numbers. */
function plain(value: unknown): unknown {
  const reading = readValue(value);
  if (reading.ok && reading.value.kind === "array") return numbersOf(reading.value.array);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...membersOf(value)].map(([name, member]) => [name, plain(member)]));
}

function said(frame: Uint8Array | string | undefined): Plain {
  if (typeof frame === "string") return { text: JSON.parse(frame) };
  const unpacked = unpackFrame(frame ?? new Uint8Array(0));
  return (unpacked.ok ? plain(unpacked.value) : {}) as Plain;
}

const stepsRecorded = () => entries.map(({ record }) => record.metadata.step);

test("metadata says what the numbers mean and where the session stands", () => {
  const { sent } = open();
  expect(said(sent[0])).toMatchObject({
    robot_type: "franka",
    model: "visual-servo",
    action_space: "ee_delta",
    action_dim: 7,
    action_horizon: visualServo.action.chunkSize,
    gripper_convention: "zero_closed_one_open",
    headgate: { protocol: 1, session: "robot-1", step: 0, resumed: false, last_chunk: null },
  });
});

test("each observation is answered once and recorded under the next step", async () => {
  const { say, sent } = open();
  for (let step = 0; step < 3; step += 1) await say(observation());
  expect(sent).toHaveLength(4);
  expect(said(sent[3])).toMatchObject({
    actions: STILL.flat(),
    policy_timing: { infer_ms: expect.any(Number) },
    server_timing: { infer_ms: expect.any(Number), prev_total_ms: expect.any(Number) },
    headgate: { step: 2, recorded: true, consent_tier: "research" },
  });
  expect(said(sent[1]).server_timing).not.toHaveProperty("prev_total_ms");
  expect(stepsRecorded()).toEqual([0, 1, 2]);
  expect(entries[0]?.record.metadata.source).toBe("openpi");
});

describe("an unsafe action", () => {
  test("is answered with a chunk that holds the robot, and the socket stays open", async () => {
    answer = async () => done(WILD);
    const { say, sent, closed } = open();
    await say(observation());
    expect(said(sent[1])).toMatchObject({ headgate: { code: "unsafe_action", step: 0, recorded: true } });
    const { actions } = said(sent[1]);
    expect((actions as number[]).filter((_, at) => at % 7 < 6).every((number) => number === 0)).toBe(true);
    answer = async () => done(STILL);
    await say(observation());
    expect(said(sent[2])).toMatchObject({ actions: STILL.flat(), headgate: { step: 1 } });
    expect(closed).toEqual([]);
  });

  test("is an error where nobody can say what would hold the robot, and the socket stays open", async () => {
    answer = async () => done(WILD);
    const { say, sent, closed } = open({ model: "places" });
    await say(observation());
    expect(said(sent[1])).toMatchObject({ text: { code: "unsafe_action", hold: null } });
    expect(closed).toEqual([]);
  });
});

describe("a problem of one observation", () => {
  test.each([
    ["a gate", {}, { prompt: "" }, "gate_instruction"],
    ["the deadline", { kind: "deadline" }, {}, "deadline_exceeded"],
    ["capacity", { kind: "no_capacity", detail: "full" }, {}, "no_capacity"],
    ["an unreadable array", {}, { "observation/state": "high" }, "invalid_request"],
  ] as const)(
    "from %s is a text frame; the socket stays open, and the step is not used up",
    async (...args) => {
      const [, failure, changes, code] = args;
      if ("kind" in failure) answer = async () => failed(failure);
      const { say, sent, closed } = open();
      await say(observation(changes));
      expect(said(sent[1])).toMatchObject({ text: { code } });
      answer = async () => done(STILL);
      await say(observation());
      expect(said(sent[2])).toMatchObject({ headgate: { step: 0 } });
      expect(closed).toEqual([]);
    },
  );

  test("from the rate limit is a text frame that says how long to wait", async () => {
    key.row.rate_per_second = 1;
    const { say, sent } = open();
    for (let frame = 0; frame < 4; frame += 1) await say(observation());
    expect(sent.map(said)).toContainEqual({
      text: expect.objectContaining({ code: "rate_limit", retry_after_s: expect.any(Number) }),
    });
  });
});

describe("the socket ends with 1011 and a text frame", () => {
  test.each([
    ["text", "hello"],
    ["no msgpack", Uint8Array.from([0xc1])],
    ["no map", packFrame([1])],
    ["too much", packFrame({ "observation/image": new Uint8Array(4_000_000) })],
  ])("on %s", async (_, frame) => {
    const { receive, sent, closed } = open();
    await receive(frame);
    expect(said(sent[1])).toMatchObject({ text: { code: "invalid_request" } });
    expect(closed.map(({ code }) => code)).toEqual([1011]);
    await receive(packFrame(observation()));
    expect(sent).toHaveLength(2);
  });

  test("on a frame before the answer to the last, which is then answered to nobody", async () => {
    let finish = () => {};
    const waiting = new Promise<void>((resolve) => {
      finish = resolve;
    });
    answer = async () => {
      await waiting;
      return done(STILL);
    };
    const { say, sent, closed } = open();
    const first = say(observation());
    await settle();
    await say(observation());
    finish();
    await first;
    expect(sent.slice(1).map(said)).toEqual([{ text: expect.objectContaining({ code: "invalid_request" }) }]);
    expect(closed.map(({ code }) => code)).toEqual([1011]);
    expect(stepsRecorded()).toEqual([0]);
  });
});

/** Waits until the first questions about a key were answered: keys are digested outside of the test's clock. */
const watched = async (sockets = 1) => {
  const answered = () => world.redis.calls.filter((script) => script === "take_lease").length >= 1 + sockets;
  await vi.waitFor(() => expect(answered()).toBe(true));
  await settle();
};

describe("a key that ends", () => {
  /** Revokes as a cell does: Redis forgets what it knew, and Postgres knows better. */
  const revoke = () => {
    world.redis.lose();
    key.row.revoked = true;
  };

  test("closes an idle socket with 1008 within a second, and no limit was used up by watching", async () => {
    const { closed } = open();
    await watched();
    await world.clock.advance(5000);
    expect(closed).toEqual([]);
    expect(world.redis.command("GET", `hg:quota:${ORGANIZATION}:2025-06`)).toBe("0");
    revoke();
    await world.clock.advance(1000);
    expect(closed).toEqual([{ code: 1008, reason: "revoked_key" }]);
    const asked = world.redis.calls.length;
    await world.clock.advance(10_000);
    expect(world.redis.calls.slice(asked).filter((script) => script === "take_lease")).toEqual([]);
  });

  test("closes a socket at work, after the protocol's own error", async () => {
    const { say, sent, closed } = open();
    await say(observation());
    world.clock.nowMs += 999;
    revoke();
    world.clock.nowMs += 1;
    await say(observation());
    expect(said(sent.at(-1))).toMatchObject({ text: { code: "revoked_key" } });
    expect(closed).toEqual([{ code: 1008, reason: "revoked_key" }]);
  });

  test("but a socket stays open while nobody can say whether the key is good", async () => {
    const { say, sent, closed } = open();
    await say(observation());
    world.redis.failure = { kind: "unavailable", detail: "test" };
    await world.clock.advance(90_000);
    await say(observation());
    expect(said(sent.at(-1))).toMatchObject({ text: { code: "identity_unavailable" } });
    expect(closed).toEqual([]);
  });

  test("many idle sockets of one key share what one of them hears", async () => {
    const sockets = Array.from({ length: 3 }, () => open());
    await watched(3);
    await world.clock.advance(10_000);
    const asked = world.redis.calls.filter((script) => script === "take_lease").length;
    // Each of these sockets has an isolate of its own here: one question a second and socket, and no more.
    expect(asked).toBeLessThanOrEqual(3 * (10 / 0.9 + 2));
    expect(sockets.every(({ closed }) => closed.length === 0)).toBe(true);
  });
});

describe("the next socket of a session", () => {
  test("goes on at the next step, and is told the last chunk", async () => {
    const first = open();
    await first.say(observation());
    await first.say(observation());
    first.session.end("lost");
    const second = open();
    expect(said(second.sent[0])).toMatchObject({
      headgate: { step: 2, resumed: true, last_chunk: STILL.flat(), episode_id: saved?.episodeId },
    });
    await second.say(observation());
    expect(stepsRecorded()).toEqual([0, 1, 2]);
    expect(new Set(entries.map(({ record }) => record.metadata.episodeId)).size).toBe(1);
  });

  test("begins anew where it comes too late, or asks for another episode", async () => {
    const first = open();
    await first.say(observation());
    first.session.end("lost");
    const other = open({ episodeId: "pick-7" });
    expect(said(other.sent[0])).toMatchObject({
      headgate: { episode_id: "pick-7", step: 0, resumed: false },
    });
    other.session.end("lost");
    await world.clock.advance(60_001);
    expect(said(open().sent[0])).toMatchObject({ headgate: { step: 0, resumed: false } });
  });
});

describe("episode control", () => {
  const start = { __ctrl__: "episode_start", __experiment__: "x", __task__: "y", __episode_id__: 3 };

  test("is acknowledged as openpi does, and a new episode counts from 0", async () => {
    const { say, sent } = open();
    await say(observation());
    await say(start);
    await say(observation());
    await say({ __ctrl__: "episode_end", __success__: true });
    await say(observation());
    await say({ __ctrl__: "dance" });
    expect([2, 4, 6].map((at) => said(sent[at]))).toEqual([
      { __ack__: "episode_start" },
      { __ack__: "episode_end" },
      { __ack__: "ignored" },
    ]);
    expect(stepsRecorded()).toEqual([0, 0, 0]);
    const names = entries.map(({ record }) => record.metadata.episodeId);
    expect(new Set(names).size).toBe(3);
    expect(names[1]).toMatch(/^robot-1-3-/);
  });

  test("said again after a lost socket goes on; after an end it begins another", async () => {
    const { say, session } = open();
    await say(start);
    await say(observation());
    session.end("lost");
    const again = open();
    await again.say(start);
    await again.say(observation());
    await again.say({ __ctrl__: "episode_end", __success__: true });
    await again.say(start);
    await again.say(observation());
    expect(stepsRecorded()).toEqual([0, 1, 0]);
    const names = entries.map(({ record }) => record.metadata.episodeId);
    expect(names.every((name) => name?.startsWith("robot-1-3-"))).toBe(true);
    expect(new Set(names).size).toBe(2);
  });
});
