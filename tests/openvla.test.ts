import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cell, openCell } from "./support/cell.ts";
import { type Answer, act, ask, makeKey } from "./support/client.ts";
import { numpyArray, numpyNumbers, numpyPicture, numpyRow } from "./support/jsonNumpy.ts";
import { openSlowRunner, type SlowRunner } from "./support/slowRunner.ts";

// What clients of OpenVLA's protocol get, when an action's time has come, and whether our clocks tell the truth.

const READABLE_WITHIN_MS = 2000;

let cell: Cell;
/** The key of a robot whose software can send nothing but OpenVLA's protocol. */
let key = "";

beforeAll(async () => {
  cell = await openCell();
  key = (await makeKey(cell.stack, { defaults: { robot_type: "widowx" } })).key;
});
afterAll(() => cell?.close());

const post = (body: unknown, query = "") =>
  ask(`${cell.stack.url}/act${query}`, { key, method: "POST", body });
const instruction = "move to the red block";
const recordOf = ({ headers }: Answer) =>
  ask(`${cell.stack.url}/v1/inferences/${headers.get("x-inference-id")}`, { key });

describe("POST /act", () => {
  test("answers OpenVLA's client the bare array of one action, and records what it saw", async () => {
    const answer = await post({ image: numpyPicture(), instruction });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    const action = numpyRow(JSON.parse(answer.text));
    expect(action).toHaveLength(7);
    expect(action.every(Number.isFinite)).toBe(true);
    expect(answer.headers.get("x-recorded")).toBe("true");
    expect(answer.headers.get("server-timing")).toMatch(/runner_compute;dur=.*total;dur=/);
    await expect.poll(async () => (await recordOf(answer)).status, { timeout: READABLE_WITHIN_MS }).toBe(200);
    expect((await recordOf(answer)).body).toMatchObject({
      instruction,
      robot_type: "widowx",
      source: "openvla",
      status: "served",
    });
  });

  test("answers the same in a text to who asks in a text", async () => {
    const observation = { image: numpyPicture(), instruction };
    const plain = numpyRow(JSON.parse((await post(observation)).text));
    const text: unknown = JSON.parse((await post({ encoded: JSON.stringify(observation) })).text);
    expect(typeof text).toBe("string");
    expect(numpyRow(JSON.parse(String(text)))).toEqual(plain);
  });

  test("answers OpenVLA-OFT's client the whole chunk, in its form", async () => {
    const answer = await post({
      full_image: numpyPicture(),
      wrist_image: numpyPicture(),
      state: numpyNumbers(0.1, 0, 0.3, 0, 0, 0, 0.04, -0.04),
      instruction,
    });
    const rows: unknown = JSON.parse(answer.text);
    expect(Array.isArray(rows) && rows.map((row) => numpyRow(row).length)).toEqual(new Array(8).fill(7));
  });

  test.each([
    [
      401,
      "unknown_key",
      () => ask(`${cell.stack.url}/act`, { key: "hg_local_live_x", method: "POST", body: {} }),
    ],
    [
      400,
      "invalid_request",
      () => post({ image: numpyArray(Buffer.alloc(12), "<f4", [1, 1, 3]), instruction }),
    ],
    [400, "invalid_request", () => post({ image: numpyPicture(), instruction }, "?api_key=hg_local_live_x")],
    [400, "malformed_json", () => post({ encoded: "{" })],
    [422, "gate_instruction", () => post({ image: numpyPicture(), instruction: "" })],
    [
      422,
      "gate_action_vector",
      () => post({ image: numpyPicture(), instruction, unnorm_key: "bridge_orig" }),
    ],
    [422, "gate_robot_type", () => post({ image: numpyPicture(), instruction }, "?robot_type=unknown")],
  ])("answers %i %s as what it is, never 200 and a word", async (status, code, send) => {
    const answer = await send();
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  test.each([
    ["examples/openvla.ts", process.execPath, "move to the red block"],
    ["examples/openvla.py", "python3", "go to the red block"],
  ])("serves %s", async (path, program, task) => {
    const env = { ...process.env, HEADGATE_URL: cell.stack.url, HEADGATE_KEY: key };
    const said = await promisify(execFile)(program, [path, task], { env }).then(
      ({ stdout }) => stdout,
      (error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      },
    );
    // Where the interpreter is not installed, there is nothing to run.
    if (said !== null) expect(said.trim()).toMatch(/^\[(-?[\d.e-]+,? ?){7}\] recorded: true, inf_/);
  });
});

describe("an episode in chunks", () => {
  test("goes on from what the robot does meanwhile, is told how late it is, and is measured", async () => {
    const episode = { robot_type: "franka", episode_id: "in-chunks" };
    const first = await act(cell.stack.url, cell.stack.key, { ...episode, step: 0 });
    expect([first.status, first.body.delay_steps]).toEqual([200, undefined]);
    const { actions } = first.body;
    const next = await act(cell.stack.url, cell.stack.key, {
      ...episode,
      step: 4,
      captured_at: new Date(Date.now() - 30).toISOString(),
      inference_delay: 2,
      prev_chunk_left_over: Array.isArray(actions) ? actions.slice(4) : [],
    });
    expect(next.status).toBe(200);
    expect(next.body.delay_steps).toBeGreaterThanOrEqual(1);
    expect(next.body.safety).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ rule: "action.seam_jump", passed: true })]),
    });
    const metrics = () => ask(`${cell.stack.url}/metrics`, { key: cell.stack.bindings.METRICS_TOKEN ?? "" });
    expect((await metrics()).text).toMatch(
      /^headgate_step_jitter_seconds_count\{.*robot_type="franka".*\} [1-9]\d*$/m,
    );
  });
});

describe("Server-Timing", () => {
  const COMPUTE_MS = 150;
  const CALLS = 11;
  const SHARE = 0.1;
  let runner: SlowRunner;
  afterAll(() => runner?.close());

  const median = (numbers: readonly number[]): number =>
    numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

  test("agrees with a clock outside within a tenth, and its stages add up to its total", async () => {
    runner = await openSlowRunner(COMPUTE_MS);
    const edge = await cell.addEdge({ RUNNER_URLS: runner.url });
    const calls: { outsideMs: number; totalMs: number; stagesMs: number }[] = [];
    for (let call = 0; call < CALLS + 2; call += 1) {
      const trivial = await ask(`${edge.url}/health/live`);
      const served = await act(edge.url, cell.stack.key);
      expect([trivial.status, served.status, served.body.recorded]).toEqual([200, 200, true]);
      const stages = Array.from(
        (served.headers.get("server-timing") ?? "").matchAll(/(\w+);dur=([\d.]+)/g),
        ([, name, ms]) => ({ name, ms: Number(ms) }),
      );
      const totalMs = stages.find(({ name }) => name === "total")?.ms ?? Number.NaN;
      const stagesMs = stages.reduce((sum, { name, ms }) => (name === "total" ? sum : sum + ms), 0);
      // What the line costs, a call that does nothing pays too.
      calls.push({ outsideMs: served.durationMs - trivial.durationMs, totalMs, stagesMs });
    }
    const warm = calls.slice(2);
    expect(median(warm.map(({ totalMs }) => totalMs))).toBeGreaterThanOrEqual(COMPUTE_MS);
    const outside = median(warm.map(({ outsideMs, totalMs }) => outsideMs / totalMs));
    const inside = median(warm.map(({ stagesMs, totalMs }) => stagesMs / totalMs));
    expect(Math.abs(outside - 1), `outside is ${outside} of the total`).toBeLessThan(SHARE);
    expect(Math.abs(inside - 1), `the stages are ${inside} of the total`).toBeLessThan(SHARE);
  });
});
