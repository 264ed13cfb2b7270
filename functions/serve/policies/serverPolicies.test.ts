import { beforeEach, describe, expect, it } from "vitest";
import { DEADLINE_MS, openPolicyWorld, ROW } from "./testPolicyWorld.ts";

const PROTOCOLS = ["openpi", "openvla", "open_inference"] as const;

let world: ReturnType<typeof openPolicyWorld>;
beforeEach(() => {
  world = openPolicyWorld();
});

describe.each(PROTOCOLS)("a policy on an %s server", (protocol) => {
  const answers = (...rows: number[][]) => world.servers.fakes.set("first", { kind: "answers", rows });

  it("answers the server's rows, who gave them, and its version; steps beyond the chunk are cut", async () => {
    answers(...Array.from({ length: 5 }, () => ROW));
    const answer = await world.ask({ protocol });
    if (!answer.ok) throw new Error(answer.failure.kind);
    expect(answer.value.actions.map((row) => row.map((value) => Math.round(value * 1e6) / 1e6))).toEqual(
      Array.from({ length: 3 }, () => ROW),
    );
    expect(answer.value.origin).toBe(`${protocol}:first:8000`);
    expect(answer.value.modelVersion).toBe(protocol === "open_inference" ? "7" : "5");
    expect([world.servers.open, world.counted]).toEqual([0, ["headgate_inferences_total far ok"]]);
  });

  it("hands numbers that are none on to the gates", async () => {
    answers([Number.NaN, Number.POSITIVE_INFINITY, 0, 0, 0, 0, 1]);
    const answer = await world.ask({ protocol });
    expect(answer.ok && answer.value.actions).toEqual([
      [Number.NaN, Number.POSITIVE_INFINITY, 0, 0, 0, 0, 1],
    ]);
  });

  it.each([
    ["narrower", [ROW.slice(1)]],
    ["wider", [[...ROW, 0]]],
    ["padded to 32", [[...ROW, ...Array.from({ length: 25 }, () => 0)]]],
    ["empty", []],
  ])("refuses a chunk that is %s than the contract says", async (_name, rows) => {
    answers(...rows);
    world.servers.fakes.set("second", { kind: "answers", rows });
    expect(await world.ask({ protocol })).toMatchObject({ ok: false, failure: { kind: "bad_answer" } });
  });

  it.each([
    ["babbles", "bad_answer", { kind: "says", answer: Buffer.from('{"what": "ever"}') }],
    ["closes", "no_capacity", { kind: "fails", failure: { kind: "no_capacity", detail: "closed" } }],
  ] as const)("that %s makes nothing up, and the next origin answers", async (_name, kind, fake) => {
    world.servers.fakes.set("first", fake);
    world.servers.fakes.set("second", fake);
    expect(await world.ask({ protocol })).toMatchObject({ ok: false, failure: { kind } });
    world.servers.fakes.set("second", { kind: "answers", rows: [ROW] });
    expect(await world.ask({ protocol })).toMatchObject({ value: { origin: `${protocol}:second:8000` } });
    expect(world.counted).toContain(`headgate_runner_fallbacks_total ${kind}`);
  });

  it("that has a time of its own leaves the rest of the deadline to the next origin", async () => {
    world.servers.fakes.set("first", { kind: "fails", failure: { kind: "deadline" } });
    world.servers.fakes.set("second", { kind: "answers", rows: [ROW] });
    expect(await world.ask({ protocol })).toMatchObject({ ok: false, failure: { kind: "deadline" } });
    world.clock.nowMs += 2000;
    world.servers.asked.length = 0;
    expect(await world.ask({ protocol, timeout_ms: 100 })).toMatchObject({ ok: true });
    expect(world.servers.asked).toEqual(["first", "second"]);
    expect(world.servers.timeoutsMs).toEqual([DEADLINE_MS, 100, 100]);
  });

  it("is never heard past the deadline", async () => {
    const { transport } = world.servers;
    const late = <Args extends unknown[], Answer>(call: (...args: Args) => Answer) => {
      return (...args: Args): Answer => {
        world.clock.nowMs += DEADLINE_MS + 1;
        return call(...args);
      };
    };
    answers(ROW);
    Object.assign(transport, { post: late(transport.post), connect: late(transport.connect) });
    expect(await world.ask({ protocol })).toEqual({ ok: false, failure: { kind: "deadline" } });
  });

  it("is given the credentials of the setting, and none where there are none", async () => {
    answers(ROW);
    await world.ask({ protocol, authorization: "Api-Key secret" });
    await world.ask({ protocol });
    expect(world.servers.headers.map(({ authorization }) => authorization)).toEqual([
      "Api-Key secret",
      undefined,
    ]);
  });

  it("refuses what the robot did not send, and asks nobody", async () => {
    const cameras = { primary: "image", wrist: "wrist_image" };
    expect(await world.ask({ protocol, observation: { cameras } })).toMatchObject({
      failure: { kind: "invalid_input", pointer: "/images", detail: "this policy needs the camera wrist" },
    });
    const shape = { cameras: { primary: "image" }, state: { joints: [0, 9] } };
    expect(await world.ask({ protocol, observation: shape })).toMatchObject({
      failure: { kind: "invalid_input", pointer: "/state" },
    });
    expect(world.servers.asked).toEqual([]);
  });
});
