import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cell, foundNeighbor, openCell, storedRows } from "./support/cell.ts";
import { ask, makeKey } from "./support/client.ts";
import { killAndRevive, whileDead } from "./support/faults.ts";
import {
  type ConnectionClosed,
  float32s,
  ndarray,
  OpenpiClient,
  rowsOf,
  ServerError,
  type UpgradeRefused,
  type WireMap,
} from "./support/openpiClient.ts";
import type { Packable } from "./support/plainMsgpack.ts";
import { until } from "./support/until.ts";

// An openpi client, written from its protocol's facts, in front of the whole stack.

const WIDTH = 64;
let cell: Cell;

beforeAll(async () => {
  cell = await openCell({ FRAME_PACK_MAX_AGE_MS: "100" });
});
afterAll(() => cell?.close());

/** A gray table with a red block that moves, so that no two observations are equal. */
function picture(step: number): Packable {
  const rgb = Buffer.alloc(WIDTH * WIDTH * 3, 140);
  const left = 4 + (step % 40);
  for (let y = 20; y < 36; y += 1)
    for (let x = left; x < left + 14; x += 1) rgb.set([210, 35, 40], (y * WIDTH + x) * 3);
  return ndarray(rgb, "|u1", [WIDTH, WIDTH, 3]);
}

const libero = (step: number): ReadonlyMap<string, Packable> =>
  new Map<string, Packable>([
    ["observation/image", picture(step)],
    ["observation/wrist_image", picture(step + 20)],
    ["observation/state", float32s([0.1, 0.2, 0.3, 0, 0, 0, 0.5, 0.5])],
    ["prompt", "move to the red block"],
  ]);

const own = (map: WireMap): WireMap => map.get("headgate") as WireMap;
const connect = (query = "?robot_type=franka", key = cell.stack.key) =>
  OpenpiClient.connect(`${cell.stack.url}/${query}`, key);

test("a 40-step episode survives a socket killed midway: every step is recorded exactly once", async () => {
  const first = await connect();
  expect(Object.fromEntries(first.metadata)).toMatchObject({
    robot_type: "franka",
    model: "visual-servo",
    action_space: "ee_delta",
    action_dim: 7,
    action_horizon: 8,
    control_hz: expect.any(Number),
    gripper_convention: "zero_closed_one_open",
  });
  const episodeId = own(first.metadata).get("episode_id");
  for (let step = 0; step < 17; step += 1) {
    const answer = await first.infer(libero(step));
    expect(rowsOf(answer.get("actions")).map((row) => row.length)).toEqual(
      Array.from({ length: 8 }, () => 7),
    );
    expect([own(answer).get("step"), own(answer).get("recorded")]).toEqual([step, true]);
    expect((answer.get("server_timing") as WireMap).has("prev_total_ms")).toBe(step > 0);
  }
  first.kill();
  const second = await connect();
  expect(own(second.metadata).get("episode_id")).toBe(episodeId);
  expect(own(second.metadata).get("step")).toBe(17);
  expect(rowsOf(own(second.metadata).get("last_chunk"))).toHaveLength(8);
  for (let step = 17; step < 40; step += 1)
    expect(own(await second.infer(libero(step))).get("step")).toBe(step);
  second.close();

  await until("the episode is stored", async () => (await episodeRows(episodeId)).length >= 40);
  expect((await episodeRows(episodeId)).map(({ step }) => step)).toEqual(
    Array.from({ length: 40 }, (_, step) => step),
  );
});

const episodeRows = async (episodeId: unknown) =>
  (await storedRows(cell.asOwner))
    .filter((row) => row.episode_id === episodeId)
    .toSorted((left, right) => (left.step ?? 0) - (right.step ?? 0));

test("kill -9 of the edge ends no episode: the next socket goes on at the next step", async () => {
  const query = "?robot_type=franka&session=robot-9";
  const first = await connect(query);
  for (let step = 0; step < 5; step += 1) await first.infer(libero(step));
  await killAndRevive(cell.stack.parts.edge);
  await first.ended();
  const second = await connect(query);
  expect(own(second.metadata).get("step")).toBe(5);
  const episodeId = own(second.metadata).get("episode_id");
  for (let step = 5; step < 8; step += 1) await second.infer(libero(step));
  second.close();
  await until("the episode is stored", async () => (await episodeRows(episodeId)).length >= 8);
  expect((await episodeRows(episodeId)).map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("what waits in a session is found there, and arrives though the edge dies and no socket comes back", async () => {
  // Its records wait long enough to be asked for, and for the edge to die before it stores them.
  const edge = await cell.addEdge({ SOCKET_DRAIN_DELAY_MS: "4000" });
  const { key } = cell.stack;
  const client = await OpenpiClient.connect(`${edge.url}/?robot_type=franka&session=robot-3`, key);
  const answers: WireMap[] = [];
  for (let step = 0; step < 3; step += 1) answers.push(own(await client.infer(libero(step))));
  expect(answers.map((answer) => answer.get("recorded"))).toEqual([true, true, true]);
  const [id, episodeId] = [answers[1]?.get("id"), answers[1]?.get("episode_id")];
  const tell = (body: object) => ask(`${edge.url}/v1/feedback`, { key, method: "POST", body });
  const told = [
    await tell({ type: "thumbs", inference_id: id, thumbs: "up" }),
    await tell({ type: "episode_outcome", episode_id: episodeId, success: true, steps: 3 }),
  ];
  expect(told.map(({ status }) => status)).toEqual([201, 201]);
  expect(await episodeRows(episodeId)).toEqual([]);
  await killAndRevive(edge.part);
  edge.part.send("run-scheduled");
  await until("the episode is stored", async () => (await episodeRows(episodeId)).length >= 3);
  expect((await episodeRows(episodeId)).map(({ step }) => step)).toEqual([0, 1, 2]);
});

test("a session that is due to be forgotten forgets nothing that waits", async () => {
  const edge = await cell.addEdge({
    SOCKET_FORGET_MS: "200",
    DUPLICATE_WINDOW_MS: "200",
    SOCKET_DRAIN_DELAY_MS: "100",
    OUTBOX_RETRY_MAX_MS: "200",
    DATABASE_TIMEOUT_MS: "200",
  });
  const client = await OpenpiClient.connect(`${edge.url}/?robot_type=franka`, cell.stack.key);
  const episodeId = own(client.metadata).get("episode_id");
  await whileDead(cell.stack.parts.postgres, async () => {
    for (let step = 0; step < 2; step += 1)
      expect(own(await client.infer(libero(step))).get("recorded")).toBe(true);
    client.close();
    // Long enough for several drains that fail, with the session's time over.
    await pause(1200);
  });
  await until("the episode is stored", async () => (await episodeRows(episodeId)).length >= 2);
});

test("a named session is taken over by its newest socket, and no other key finds it", async () => {
  const query = "v1/act/ws?robot_type=franka&session=robot-7";
  const older = await connect(query);
  await older.infer(libero(1));
  const newer = await connect(query);
  expect((await older.ended()).code).toBe(4001);
  expect(own(newer.metadata).get("step")).toBe(1);
  const { url, adminKey } = cell.stack;
  const { key } = await makeKey({ url, adminKey }, { defaults: { robot_type: "franka" } });
  const stranger = await connect("v1/act/ws?session=robot-7", key);
  expect(own(stranger.metadata).get("step")).toBe(0);
  const neighbor = await foundNeighbor(cell);
  const foreign = await connect(query, neighbor.key);
  expect(own(foreign.metadata).get("step")).toBe(0);
  expect(own(await newer.infer(libero(2))).get("step")).toBe(1);
  for (const client of [newer, stranger, foreign]) client.close();
});

test("sockets of one key that name no session are in sessions of their own", async () => {
  const clients = await Promise.all(Array.from({ length: 4 }, () => connect()));
  const sessions = clients.map(({ metadata }) => own(metadata).get("session"));
  const episodes = clients.map(({ metadata }) => own(metadata).get("episode_id"));
  expect(new Set(sessions).size).toBe(4);
  expect(new Set(episodes).size).toBe(4);
  for (const client of clients) client.close();
});

describe("errors are the protocol's own", () => {
  test.each([
    ["a text frame", "hello"],
    ["a bad frame", Buffer.from([0xc1, 0, 0])],
  ])("%s gets a text frame, and the socket closes with 1011", async (_, frame) => {
    const client = await connect();
    client.send(frame);
    expect(JSON.parse(String(await client.receive()))).toMatchObject({ code: "invalid_request" });
    expect((await client.ended()).code).toBe(1011);
  });

  test("an observation that a gate refuses raises, and the next one is answered", async () => {
    const client = await connect("?robot_type=franka&session=gated");
    await expect(client.infer(new Map([["prompt", "move"]]))).rejects.toBeInstanceOf(ServerError);
    expect(own(await client.infer(libero(3))).get("step")).toBe(0);
    client.close();
  });

  test("before the upgrade they are statuses", async () => {
    const refused = (query: string, key?: string) =>
      connect(query, key).then(
        () => 101,
        (error: UpgradeRefused) => error.status,
      );
    const { url, adminKey } = cell.stack;
    const { key: reader } = await makeKey({ url, adminKey }, { roles: ["viewer"] });
    expect(await refused("", "hg_local_live_nonsense")).toBe(401);
    expect(await refused("?robot_type=franka", reader)).toBe(403);
    expect(await refused("")).toBe(422);
    expect(await refused(`?robot_type=franka&key=${cell.stack.key}`)).toBe(400);
  });
});

test("a revoked key's idle socket closes with 1008 within about a second", async () => {
  const { url, adminKey } = cell.stack;
  const { id, key } = await makeKey({ url, adminKey }, { defaults: { robot_type: "franka" } });
  const client = await connect("", key);
  await client.infer(libero(5));
  expect((await ask(`${url}/v1/keys/${id}`, { key: adminKey, method: "DELETE" })).status).toBe(200);
  const revokedMs = performance.now();
  const closed = await client.receive().catch((error: ConnectionClosed) => error.closed);
  expect(closed).toEqual({ code: 1008, reason: "revoked_key" });
  expect(performance.now() - revokedMs).toBeLessThan(2000);
});

const run = promisify(execFile);
/** openpi's own client is made of these; a machine without them has nothing to show. */
const PYTHON_PACKAGES = "import msgpack, numpy, websockets.sync.client";
const hasPython = await run("python3", ["-c", PYTHON_PACKAGES]).then(
  () => true,
  () => false,
);

describe("the examples run as they are written", () => {
  const play = async (program: string, file: string) => {
    expect(readFileSync(file, "utf8").split("\n").length).toBeLessThanOrEqual(60);
    const environment = { ...process.env, HEADGATE_URL: cell.stack.url, HEADGATE_KEY: cell.stack.key };
    return (await run(program, [file, "3"], { env: environment })).stdout;
  };

  test("in TypeScript", async () => {
    const said = await play(process.execPath, "examples/openpi.ts");
    expect(said).toContain("visual-servo");
    expect(said.match(/recorded: true/g)).toHaveLength(3);
  });

  test.skipIf(!hasPython)("in Python, with the packages that openpi's client is made of", async () => {
    const said = await play("python3", "examples/openpi.py");
    expect(said).toMatch(/visual-servo franka/);
    expect(said.match(/True/g)).toHaveLength(3);
  });
});

test("without an upgrade `/` is no page, and `/healthz` says OK", async () => {
  expect((await ask(`${cell.stack.url}/`)).body.code).toBe("not_found");
  expect(await ask(`${cell.stack.url}/healthz`)).toMatchObject({ status: 200, text: "OK" });
});
