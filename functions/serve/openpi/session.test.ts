import { beforeEach, describe, expect, test, vi } from "vitest";
import { done, failed } from "../../contracts/outcome.ts";
import { ORGANIZATION, settle } from "../../guard/leases/testWorld.ts";
import { packFrame } from "./msgpack.ts";
import { observation, SessionWorld, STILL, said, WILD } from "./testSession.ts";

let cell: SessionWorld;

beforeEach(async () => {
  cell = await SessionWorld.make();
});

test("metadata says what the numbers mean and where the session stands", () => {
  const { sent } = cell.open();
  expect(said(sent[0])).toMatchObject({
    robot_type: "franka",
    model: "visual-servo",
    action_space: "ee_delta",
    action_dim: 7,
    action_horizon: 8,
    gripper_convention: "zero_closed_one_open",
    headgate: { protocol: 1, session: "robot-1", step: 0, resumed: false, last_chunk: null },
  });
});

test("each observation is answered once and recorded under the next step", async () => {
  const { say, sent } = cell.open();
  for (let step = 0; step < 3; step += 1) await say(observation());
  expect(sent).toHaveLength(4);
  expect(said(sent[3])).toMatchObject({
    actions: STILL.flat(),
    policy_timing: { infer_ms: expect.any(Number) },
    server_timing: { infer_ms: expect.any(Number), prev_total_ms: expect.any(Number) },
    headgate: { step: 2, recorded: true, consent_tier: "research" },
  });
  expect(said(sent[1]).server_timing).not.toHaveProperty("prev_total_ms");
  expect(cell.stepsRecorded).toEqual([0, 1, 2]);
  expect(cell.entries[0]?.record.metadata.source).toBe("openpi");
});

test("frames under a warm lease ask nothing of Redis, and each counts against the quota", async () => {
  const { say } = cell.open();
  await say(observation());
  const asked = cell.world.redis.calls.length;
  for (let frame = 1; frame < 10; frame += 1) await say(observation());
  expect(cell.world.redis.calls.length).toBe(asked);
  await cell.world.clock.advance(60_000);
  expect(cell.world.redis.command("GET", `hg:quota:${ORGANIZATION}:2025-06`)).toBe("10");
});

test("the person whom the connection names is asked for in the ledger: unknown, nothing is kept", async () => {
  const { say, sent } = cell.open({ subject: "ann" });
  await say(observation());
  expect(said(sent[1])).toMatchObject({
    headgate: { consent_tier: "none", recorded: false, reason: "consent" },
  });
  expect(cell.entries).toEqual([]);
});

describe("an unsafe action", () => {
  test("is answered with a chunk that holds the robot, and the socket stays open", async () => {
    cell.answer = async () => done(WILD);
    const { say, sent, closed } = cell.open();
    await say(observation());
    expect(said(sent[1])).toMatchObject({ headgate: { code: "unsafe_action", step: 0, recorded: true } });
    const { actions } = said(sent[1]);
    expect((actions as number[]).filter((_, at) => at % 7 < 6).every((number) => number === 0)).toBe(true);
    cell.answer = async () => done(STILL);
    await say(observation());
    expect(said(sent[2])).toMatchObject({ actions: STILL.flat(), headgate: { step: 1 } });
    expect(closed).toEqual([]);
  });

  test("is an error where nobody can say what would hold the robot, and the socket stays open", async () => {
    cell.answer = async () => done(WILD);
    const { say, sent, closed } = cell.open({ model: "places" });
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
      if ("kind" in failure) cell.answer = async () => failed(failure);
      const { say, sent, closed } = cell.open();
      await say(observation(changes));
      expect(said(sent[1])).toMatchObject({ text: { code } });
      cell.answer = async () => done(STILL);
      await say(observation());
      expect(said(sent[2])).toMatchObject({ headgate: { step: 0 } });
      expect(closed).toEqual([]);
    },
  );

  test("from the rate limit is a text frame that says how long to wait", async () => {
    cell.key.row.rate_per_second = 1;
    const { say, sent } = cell.open();
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
    const { receive, sent, closed } = cell.open();
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
    cell.answer = async () => {
      await waiting;
      return done(STILL);
    };
    const { say, sent, closed } = cell.open();
    const first = say(observation());
    await settle();
    await say(observation());
    finish();
    await first;
    expect(sent.slice(1).map(said)).toEqual([{ text: expect.objectContaining({ code: "invalid_request" }) }]);
    expect(closed.map(({ code }) => code)).toEqual([1011]);
    expect(cell.stepsRecorded).toEqual([0]);
  });
});

/** Waits until the first questions about a key were answered: keys are digested outside of the test's clock. */
const watched = async (sockets = 1) => {
  const answered = () =>
    cell.world.redis.calls.filter((script) => script === "take_lease").length >= 1 + sockets;
  await vi.waitFor(() => expect(answered()).toBe(true));
  await settle();
};

describe("a key that ends", () => {
  /** Revokes as a cell does: Redis forgets what it knew, and Postgres knows better. */
  const revoke = () => {
    cell.world.redis.lose();
    cell.key.row.revoked = true;
  };

  test("closes an idle socket with 1008 within a second, and no limit was used up by watching", async () => {
    const { closed } = cell.open();
    await watched();
    await cell.world.clock.advance(5000);
    expect(closed).toEqual([]);
    expect(cell.world.redis.command("GET", `hg:quota:${ORGANIZATION}:2025-06`)).toBe("0");
    revoke();
    await cell.world.clock.advance(1000);
    expect(closed).toEqual([{ code: 1008, reason: "revoked_key" }]);
    const asked = cell.world.redis.calls.length;
    await cell.world.clock.advance(10_000);
    expect(cell.world.redis.calls.slice(asked).filter((script) => script === "take_lease")).toEqual([]);
  });

  test("closes a socket at work, after the protocol's own error", async () => {
    const { say, sent, closed } = cell.open();
    await say(observation());
    cell.world.clock.nowMs += 999;
    revoke();
    cell.world.clock.nowMs += 1;
    await say(observation());
    expect(said(sent.at(-1))).toMatchObject({ text: { code: "revoked_key" } });
    expect(closed).toEqual([{ code: 1008, reason: "revoked_key" }]);
  });

  test("but a socket stays open while nobody can say whether the key is good", async () => {
    const { say, sent, closed } = cell.open();
    await say(observation());
    cell.world.redis.failure = { kind: "unavailable", detail: "test" };
    await cell.world.clock.advance(90_000);
    await say(observation());
    expect(said(sent.at(-1))).toMatchObject({ text: { code: "identity_unavailable" } });
    expect(closed).toEqual([]);
  });

  test("many idle sockets of one key share what one of them hears", async () => {
    const sockets = Array.from({ length: 3 }, () => cell.open());
    await watched(3);
    await cell.world.clock.advance(10_000);
    const asked = cell.world.redis.calls.filter((script) => script === "take_lease").length;
    // Each of these sockets has an isolate of its own here: one question a second and socket, and no more.
    expect(asked).toBeLessThanOrEqual(3 * (10 / 0.9 + 2));
    expect(sockets.every(({ closed }) => closed.length === 0)).toBe(true);
  });
});
