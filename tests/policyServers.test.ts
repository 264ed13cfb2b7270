import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../local/supervise/ports.ts";
import { type Cell, openCell } from "./support/cell.ts";
import { type Answer, act, ask, idOf, makeKey } from "./support/client.ts";
import { float32s, ndarray, OpenpiClient, rowsOf } from "./support/openpiClient.ts";
import type { Packable } from "./support/plainMsgpack.ts";
import { type Behavior, openStandIn, type StandIn } from "./support/standInPolicyServer.ts";

// Policies on servers of others, through the running gate: whatever such a server does, the robot gets a chunk
// inside its envelope, a hold, or a clear error, and nothing else.

const PROTOCOLS = ["openpi", "openvla", "open_inference"] as const;
type Protocol = (typeof PROTOCOLS)[number];

const DEADLINE_MS = 400;
/** What a busy machine may add to a deadline. */
const SLACK_MS = 800;
const CHUNK_STEPS = 4;
/** docs/safety-envelope.md: 0.10 m per step at 5 Hz, and franka is driven at 15. */
const POSITION_MAX_M = (0.1 * 5) / 15;
const ROW = [0.01, -0.005, 0.002, 0, 0.01, 0, 1];
const SECRET = "Api-Key 7c9e6679-7425-40de-944b-e07fc1f90ae7";

let cell: Cell;
let standIns: Record<Protocol, StandIn>;
let spare: StandIn;

const server = (name: string, protocol: Protocol, origins: readonly string[]) => ({
  name,
  version: "2026-11",
  protocol,
  origins,
  authorization: SECRET,
  robots: ["franka"],
  action: {
    action_space: "ee_delta",
    frame: "base",
    units: "metric",
    gripper_convention: "zero_closed_one_open",
    norm_key: "bridge_orig",
    chunk_size: CHUNK_STEPS,
  },
  observation: {
    cameras: { primary: protocol === "openpi" ? "observation/image" : "image" },
    ...(protocol === "openpi" ? { state: { "observation/state": [0, 8] } } : {}),
  },
});

beforeAll(async () => {
  const [openpi, openvla, openInference, other] = await Promise.all([
    ...PROTOCOLS.map((protocol) => openStandIn(protocol)),
    openStandIn("openpi"),
  ]);
  if (!openpi || !openvla || !openInference || !other) throw new Error("There are four.");
  standIns = { openpi, openvla, open_inference: openInference };
  spare = other;
  const dead = `http://127.0.0.1:${await freePort()}`;
  cell = await openCell({
    HEALTH_CACHE_MS: "1",
    POLICY_SERVERS: JSON.stringify([
      ...PROTOCOLS.map((protocol) => server(`far-${protocol}`, protocol, [standIns[protocol].url])),
      server("far-twice", "openpi", [dead, spare.url]),
      server("far-gone", "openvla", [dead]),
    ]),
  });
});
afterAll(async () => {
  await cell?.close();
  for (const standIn of [...Object.values(standIns ?? {}), spare]) standIn?.close();
});

const STATE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.5];
const call = (model: string, changes: Readonly<Record<string, unknown>> = {}) =>
  act(cell.stack.url, cell.stack.key, { model, state: STATE, deadline_ms: DEADLINE_MS * 10, ...changes });

const read = (answer: Answer) =>
  ask(`${cell.stack.url}/v1/inferences/${idOf(answer)}`, { key: cell.stack.key });

const answers = (...rows: number[][]): Behavior => ({ kind: "answers", rows });

/** What a robot may get beside a chunk: nothing that it could take for one, or a chunk that moves nothing. */
function expectNoMotion({ body, text }: Answer): void {
  expect([body.action, body.actions]).toEqual([undefined, undefined]);
  expect(text).not.toContain("Traceback");
  expect(text).not.toContain("127.0.0.1");
  const still = Array.from({ length: CHUNK_STEPS }, () => [0, 0, 0, 0, 0, 0, expect.any(Number)]);
  expect(body.hold).toEqual(body.code === "unsafe_action" ? still : undefined);
}

describe.each(PROTOCOLS)("a policy on an %s server", (protocol) => {
  const model = `far-${protocol}`;

  test("moves the robot, and the record says who answered", async () => {
    standIns[protocol].behavior = answers(...Array.from({ length: CHUNK_STEPS + 2 }, () => ROW));
    const answer = await call(model);
    expect([answer.status, answer.body.chunk_size, answer.body.norm_key]).toEqual([
      200,
      CHUNK_STEPS,
      "bridge_orig",
    ]);
    const [x = Number.NaN] = Array.isArray(answer.body.action) ? answer.body.action : [];
    expect(x).toBeCloseTo(0.01, 6);
    expect(Math.abs(x)).toBeLessThan(POSITION_MAX_M);
    expect(standIns[protocol].authorizations.at(-1)).toBe(SECRET);
    await expect
      .poll(async () => (await read(answer)).body, { timeout: 5000 })
      .toMatchObject({
        model,
        origin: `${protocol}:${new URL(standIns[protocol].url).host}`,
        model_version: protocol === "open_inference" ? "7" : "2026-11",
      });
  });

  test.each([
    ["stalls", { kind: "stalls" }, 504, "deadline_exceeded"],
    ["closes", { kind: "closes" }, 503, "no_capacity"],
    ["reports an error", { kind: "reports" }, 503, "no_capacity"],
    ["babbles", { kind: "babbles" }, 503, "no_capacity"],
    ["answers too few numbers", answers(ROW.slice(1)), 503, "no_capacity"],
    ["answers too many numbers", answers([...ROW, 0]), 503, "no_capacity"],
    ["answers no step", answers(), 503, "no_capacity"],
    ["answers NaN", answers(ROW, [Number.NaN, ...ROW.slice(1)]), 422, "unsafe_action"],
    ["answers infinity", answers([Number.POSITIVE_INFINITY, ...ROW.slice(1)]), 422, "unsafe_action"],
    ["leaves the envelope", answers(ROW, [1, ...ROW.slice(1)]), 422, "unsafe_action"],
  ] as const)("that %s moves nothing", async (_name, behavior, status, code) => {
    standIns[protocol].behavior = behavior;
    const answer = await call(model, { deadline_ms: behavior.kind === "stalls" ? DEADLINE_MS : 4000 });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expectNoMotion(answer);
    expect(answer.durationMs).toBeLessThan((behavior.kind === "stalls" ? DEADLINE_MS : 4000) + SLACK_MS);
    standIns[protocol].behavior = answers(ROW);
    expect((await call(model)).status).toBe(200);
  });

  test("is listed without a word of where it lives, and refused to robots that it does not serve", async () => {
    const models = await ask(`${cell.stack.url}/v1/models`, { key: cell.stack.key });
    expect(models.body.data).toContainEqual(
      expect.objectContaining({
        id: model,
        served_by: protocol,
        robot_types: ["franka"],
        version: "2026-11",
      }),
    );
    expect(models.text).not.toMatch(/127\.0\.0\.1|Api-Key/);
    const other = await call(model, { robot_type: "sawyer" });
    expect([other.status, other.body.code]).toEqual([422, "gate_robot_type"]);
  });
});

test("an encoded picture reaches the server as 224 by 224 pixels, decoded by the runner", async () => {
  standIns.openpi.behavior = answers(ROW);
  expect((await call("far-openpi", { instruction: "pick up the cup" })).status).toBe(200);
  const seen = standIns.openpi.seen.at(-1);
  if (!(seen instanceof Map)) throw new Error("An observation is a map.");
  expect(seen.get("prompt")).toBe("pick up the cup");
  const picture: unknown = seen.get("observation/image");
  const members = new Map(
    Array.from(picture instanceof Map ? picture : [], ([key, value]) => [String(key), value]),
  );
  expect([members.get("dtype"), members.get("shape")]).toEqual(["|u1", [224, 224, 3]]);
  expect(members.get("data")).toHaveLength(224 * 224 * 3);
});

test("a policy that needs the state is not asked without it", async () => {
  const before = standIns.openpi.seen.length;
  const answer = await call("far-openpi", { state: undefined });
  expect([answer.status, answer.body.code, answer.body.errors]).toMatchObject([
    422,
    "gate_action_vector",
    [{ pointer: "/state" }],
  ]);
  expect(standIns.openpi.seen).toHaveLength(before);
});

test("a robot whose client speaks openpi reaches an openpi server through the gate: its pixels, then a chunk, a hold, or an error", async () => {
  const client = await OpenpiClient.connect(
    `${cell.stack.url}/?robot_type=franka&model=far-openpi&deadline_ms=4000`,
    cell.stack.key,
  );
  let steps = 0;
  const infer = (behavior: Behavior) => {
    steps += 1;
    standIns.openpi.behavior = behavior;
    return client.infer(
      new Map<string, Packable>([
        ["observation/image", ndarray(Buffer.alloc(32 * 32 * 3, steps), "|u1", [32, 32, 3])],
        ["observation/state", float32s(STATE)],
        ["prompt", "pick up the cup"],
      ]),
    );
  };
  const served = rowsOf((await infer(answers(ROW))).get("actions"));
  expect(served[0]?.map((value) => Math.round(value * 1e6) / 1e6)).toEqual(ROW);
  const seen = standIns.openpi.seen.at(-1);
  const picture: unknown = seen instanceof Map ? seen.get("observation/image") : null;
  const members = Array.from(picture instanceof Map ? picture : [], ([key, value]) => [String(key), value]);
  expect(Object.fromEntries(members)).toMatchObject({
    shape: [32, 32, 3],
    data: Buffer.alloc(32 * 32 * 3, 1),
  });

  const held = await infer(answers([Number.NaN, ...ROW.slice(1)]));
  for (const row of rowsOf(held.get("actions"))) expect(row.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  await expect(infer({ kind: "reports" })).rejects.toThrow(/no_capacity/);
  client.close();
});

test("past an origin that is dead the next one answers, and a key may have such a policy as its default", async () => {
  spare.behavior = answers(ROW);
  const { key } = await makeKey(cell.stack, { defaults: { model: "far-twice" } });
  const answer = await act(cell.stack.url, key, { state: STATE, deadline_ms: 4000 });
  expect([answer.status, answer.body.model]).toEqual([200, "far-twice"]);
});

test("health tells of each, and the gate is ready without them", async () => {
  standIns.openpi.behavior = answers(ROW);
  const health = await ask(`${cell.stack.url}/health/ready`);
  const part = (name: string, status: string) =>
    expect.objectContaining({ name: `policy_${name}`, status, essential: false });
  expect([health.status, health.body.ready, health.body.status]).toEqual([200, true, "degraded"]);
  expect(health.body.parts).toEqual(
    expect.arrayContaining([
      ...PROTOCOLS.map((protocol) => part(`far-${protocol}`, "up")),
      part("far-twice", "degraded"),
      part("far-gone", "down"),
    ]),
  );
  expect(health.text).not.toContain("127.0.0.1");
});

test("says neither where the servers live nor what opens them in any line that it logs", () => {
  expect(cell.lines.filter((line) => line.includes(SECRET) || line.includes(standIns.openpi.url))).toEqual(
    [],
  );
});
