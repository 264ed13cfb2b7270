import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { orderedOrigins } from "../../../workers/ports/orderedOrigins.ts";
import type { PolicyObservation } from "../../contracts/observations.ts";
import { done, failed } from "../../contracts/outcome.ts";
import { type PolicyServer, policyOf, policyServersSetting } from "../../contracts/policyServers.ts";
import type { Clock, InferRequest, PolicyServers } from "../../contracts/ports.ts";
import { combinePolicies } from "./combinePolicies.ts";
import { serverPolicies } from "./serverPolicies.ts";
import { type FakeServers, openFakeServers } from "./testTransport.ts";

const PROTOCOLS = ["openpi", "openvla", "open_inference"] as const;
const DEADLINE_MS = 500;
const ROW = [0.01, 0, 0, 0, 0, 0, 1];
const TRACE = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

/** One server as an operator writes it. */
const written = (changes: Readonly<Record<string, unknown>> = {}) => ({
  name: "far",
  version: "5",
  protocol: "openpi",
  origins: ["http://first:8000", "http://second:8000"],
  action: {
    action_space: "ee_delta",
    dimension: 7,
    frame: "base",
    units: "metric",
    gripper_convention: "zero_open_one_closed",
    norm_key: "bridge_orig",
    chunk_size: 3,
  },
  observation: { cameras: { primary: "image" } },
  ...changes,
});

const PICTURE_BYTES = 224 * 224 * 3;
const RGB = new Uint8Array([1, 2, 3, 4, 5, 6]);
const image = (camera: string, rgb = RGB): PolicyObservation["images"][number] => ({
  camera,
  pointer: `/images/${camera}`,
  bytes: new Uint8Array([9, 9]),
  declaredType: null,
  pixels: { widthPixels: 2, heightPixels: 1, rgb },
});

const observation = (changes: Partial<PolicyObservation> = {}): PolicyObservation => ({
  images: [image("primary")],
  instruction: "pick up the cup",
  robotType: "franka",
  state: [1, 2, 3, 4, 5, 6, 7, 0.5],
  episodeId: null,
  step: null,
  inferenceDelaySteps: null,
  previousChunk: null,
  ...changes,
});

let servers: FakeServers;
let nowMs: number;
let decoded: InferRequest[];
let counted: string[];

beforeEach(() => {
  servers = openFakeServers();
  nowMs = 1000;
  decoded = [];
  counted = [];
});

/** Asks the policy of that server. */
function ask(changes: Readonly<Record<string, unknown>> = {}, seen: Partial<PolicyObservation> = {}) {
  const list = policyServersSetting.parse(JSON.stringify([written(changes)]));
  const clock: Clock = { now: () => nowMs, sleep: async () => undefined };
  const meter = {
    count: (name: string, labels?: Readonly<Record<string, string>>) => {
      counted.push([name, ...Object.values(labels ?? {})].join(" "));
    },
    observe: () => undefined,
    set: () => undefined,
  };
  const policies = serverPolicies(list, {
    clock,
    meter,
    transport: servers.transport,
    originsOf: (origins) => orderedOrigins({ origins, clock, meter }),
    runner: {
      infer: async (request) => {
        decoded.push(request);
        const pictures = request.inputs[0]?.shape[0] ?? 0;
        const data = new Float32Array(pictures * PICTURE_BYTES);
        for (let picture = 0; picture < pictures; picture += 1)
          data.fill(picture + 7, picture * PICTURE_BYTES, (picture + 1) * PICTURE_BYTES);
        return done({
          modelVersion: "1",
          outputs: [{ name: "pixels", datatype: "FP32", shape: [], data }],
          queueMs: null,
          computeMs: null,
        });
      },
    },
  });
  const [policy] = policies.policies;
  if (policy === undefined) throw new Error("There is a policy.");
  return policies.infer(policy, observation(seen), nowMs + DEADLINE_MS, TRACE);
}

describe.each(PROTOCOLS)("a policy on an %s server", (protocol) => {
  const answers = (...rows: number[][]) => servers.fakes.set("first", { kind: "answers", rows });

  it("answers the server's rows, who gave them, and its version; steps beyond the chunk are cut", async () => {
    answers(...Array.from({ length: 5 }, () => ROW));
    const answer = await ask({ protocol });
    if (!answer.ok) throw new Error(answer.failure.kind);
    expect(answer.value.actions.map((row) => row.map((value) => Math.round(value * 1e6) / 1e6))).toEqual(
      Array.from({ length: 3 }, () => ROW),
    );
    expect(answer.value.origin).toBe(`${protocol}:first:8000`);
    expect(answer.value.modelVersion).toBe(protocol === "open_inference" ? "7" : "5");
    expect([servers.open, counted]).toEqual([0, ["headgate_inferences_total far ok"]]);
  });

  it("hands numbers that are none on to the gates", async () => {
    answers([Number.NaN, Number.POSITIVE_INFINITY, 0, 0, 0, 0, 1]);
    const answer = await ask({ protocol });
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
    servers.fakes.set("second", { kind: "answers", rows });
    expect(await ask({ protocol })).toMatchObject({ ok: false, failure: { kind: "bad_answer" } });
  });

  it.each([
    ["babbles", "bad_answer", { kind: "says", answer: Buffer.from('{"what": "ever"}') }],
    ["closes", "no_capacity", { kind: "fails", failure: { kind: "no_capacity", detail: "closed" } }],
  ] as const)("that %s makes nothing up, and the next origin answers", async (_name, kind, fake) => {
    servers.fakes.set("first", fake);
    servers.fakes.set("second", fake);
    expect(await ask({ protocol })).toMatchObject({ ok: false, failure: { kind } });
    servers.fakes.set("second", { kind: "answers", rows: [ROW] });
    expect(await ask({ protocol })).toMatchObject({ value: { origin: `${protocol}:second:8000` } });
    expect(counted).toContain(`headgate_runner_fallbacks_total ${kind}`);
  });

  it("that has a time of its own leaves the rest of the deadline to the next origin", async () => {
    servers.fakes.set("first", { kind: "fails", failure: { kind: "deadline" } });
    servers.fakes.set("second", { kind: "answers", rows: [ROW] });
    expect(await ask({ protocol })).toMatchObject({ ok: false, failure: { kind: "deadline" } });
    nowMs += 2000;
    servers.asked.length = 0;
    expect(await ask({ protocol, timeout_ms: 100 })).toMatchObject({ ok: true });
    expect(servers.asked).toEqual(["first", "second"]);
    expect(servers.timeoutsMs).toEqual([DEADLINE_MS, 100, 100]);
  });

  it("is never heard past the deadline", async () => {
    const { transport } = servers;
    const late = <Args extends unknown[], Answer>(call: (...args: Args) => Answer) => {
      return (...args: Args): Answer => {
        nowMs += DEADLINE_MS + 1;
        return call(...args);
      };
    };
    answers(ROW);
    Object.assign(transport, { post: late(transport.post), connect: late(transport.connect) });
    expect(await ask({ protocol })).toEqual({ ok: false, failure: { kind: "deadline" } });
  });

  it("is given the credentials of the setting, and none where there are none", async () => {
    answers(ROW);
    await ask({ protocol, authorization: "Api-Key secret" });
    await ask({ protocol });
    expect(servers.headers.map(({ authorization }) => authorization)).toEqual(["Api-Key secret", undefined]);
  });

  it("refuses what the robot did not send, and asks nobody", async () => {
    const cameras = { primary: "image", wrist: "wrist_image" };
    expect(await ask({ protocol, observation: { cameras } })).toMatchObject({
      failure: { kind: "invalid_input", pointer: "/images", detail: "this policy needs the camera wrist" },
    });
    const shape = { cameras: { primary: "image" }, state: { joints: [0, 9] } };
    expect(await ask({ protocol, observation: shape })).toMatchObject({
      failure: { kind: "invalid_input", pointer: "/state" },
    });
    expect(servers.asked).toEqual([]);
  });
});

describe("an openpi server", () => {
  const text = (value: unknown): unknown =>
    value instanceof Map ? new Map(Array.from(value, ([key, item]) => [String(key), text(item)])) : value;

  it("is shown arrays, maps in maps, the pieces of the state, and what is left of the last chunk", async () => {
    servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    const shape = {
      cameras: { primary: "images.cam_high", wrist: "images.cam_low" },
      state: { "observation/joint_position": [0, 7], "observation/gripper_position": [7, 8] },
    };
    const images = [image("primary"), image("wrist", new Uint8Array([6, 5, 4, 3, 2, 1]))];
    await ask({ observation: shape }, { images, inferenceDelaySteps: 2, previousChunk: [ROW, ROW] });
    const doubles = (...numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer);
    const array = (data: Buffer, dtype: string, dims: number[]) =>
      new Map<string, unknown>([
        ["__ndarray__", true],
        ["data", data],
        ["dtype", dtype],
        ["shape", dims],
      ]);
    expect(text(servers.seen[0])).toEqual(
      new Map<string, unknown>([
        ["prompt", "pick up the cup"],
        ["observation/joint_position", array(doubles(1, 2, 3, 4, 5, 6, 7), "<f8", [7])],
        ["observation/gripper_position", array(doubles(0.5), "<f8", [1])],
        ["inference_delay", 2],
        ["prev_chunk_left_over", array(doubles(...ROW, ...ROW), "<f8", [2, 7])],
        [
          "images",
          new Map([
            ["cam_high", array(Buffer.from(RGB), "|u1", [1, 2, 3])],
            ["cam_low", array(Buffer.from([6, 5, 4, 3, 2, 1]), "|u1", [1, 2, 3])],
          ]),
        ],
      ]),
    );
  });

  it("is shown channels first where it wants them", async () => {
    servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    await ask({ observation: { cameras: { primary: "image" }, image_layout: "chw" } });
    const seen = text(servers.seen[0]);
    const picture = seen instanceof Map ? seen.get("image") : null;
    expect(picture instanceof Map && [picture.get("shape"), picture.get("data")]).toEqual([
      [3, 1, 2],
      Buffer.from([1, 4, 2, 5, 3, 6]),
    ]);
  });

  it("has its result read in float64 too, and its time", async () => {
    servers.fakes.set("first", { kind: "answers", rows: [ROW], dtype: "<f8" });
    expect(await ask()).toMatchObject({ value: { actions: [ROW], computeMs: 12.5 } });
  });

  it("that sends text has failed, whatever the text", async () => {
    servers.fakes.set("first", { kind: "says", answer: "Traceback" });
    expect(await ask({ origins: ["http://first"] })).toEqual({
      ok: false,
      failure: { kind: "no_capacity", detail: "the policy server reported an error" },
    });
  });
});

describe("an OpenVLA server", () => {
  const only = { protocol: "openvla", origins: ["http://first"] };

  it("is shown arrays as json_numpy writes them, and the key of the statistics", async () => {
    servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    await ask(only);
    expect(JSON.parse(String(servers.seen[0]))).toEqual({
      image: { __numpy__: Buffer.from(RGB).toString("base64"), dtype: "|u1", shape: [1, 2, 3] },
      instruction: "pick up the cup",
      unnorm_key: "bridge_orig",
    });
  });

  const numpy = (numbers: readonly number[], shape: readonly number[]) => ({
    __numpy__: Buffer.from(Float64Array.from(numbers).buffer).toString("base64"),
    dtype: "<f8",
    shape,
  });
  it.each([
    ["a bare list", ROW, [ROW]],
    ["an array", numpy(ROW, [7]), [ROW]],
    ["an array of rows", numpy([...ROW, ...ROW], [2, 7]), [ROW, ROW]],
    ["a list of lists", [ROW, ROW], [ROW, ROW]],
    ["a list of arrays", [numpy(ROW, [7]), numpy(ROW, [7])], [ROW, ROW]],
    ["JSON in a text", JSON.stringify(ROW), [ROW]],
  ])("may answer %s", async (_name, answer, actions) => {
    servers.fakes.set("first", { kind: "says", answer: JSON.stringify(answer) });
    expect(await ask(only)).toMatchObject({ ok: true, value: { actions } });
  });

  it.each([
    ['"error"', "no_capacity"],
    ["NaN", "bad_answer"],
    ['["a"]', "bad_answer"],
    ['{"__numpy__": "!", "dtype": "<f8", "shape": [7]}', "bad_answer"],
    ['{"__numpy__": "AAAA", "dtype": "<f8", "shape": [7]}', "bad_answer"],
  ])("that answers %s has failed", async (answer, kind) => {
    servers.fakes.set("first", { kind: "says", answer });
    expect(await ask(only)).toMatchObject({ ok: false, failure: { kind } });
  });
});

describe("an Open Inference server", () => {
  const only = { protocol: "open_inference", origins: ["http://first"], model: "theirs" };

  it("is shown bytes in the layout it wants, or the picture as it came", async () => {
    servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    await ask(only);
    await ask({ ...only, observation: { cameras: { primary: "image" }, image_encoding: "encoded" } });
    const inputs = servers.seen.map((body) => {
      const json: unknown = JSON.parse(String(body).slice(0, String(body).lastIndexOf("}") + 1));
      return json;
    });
    expect(inputs).toMatchObject([
      { inputs: [{ name: "image", datatype: "UINT8", shape: [1, 1, 2, 3] }, { name: "instruction" }] },
      { inputs: [{ name: "image", datatype: "BYTES", shape: [1] }, { name: "instruction" }] },
    ]);
    expect(Buffer.from(String(servers.seen[0])).includes(Buffer.from(RGB))).toBe(true);
  });

  it("without the model is asked no less for it, and said to be without", async () => {
    servers.fakes.set("first", { kind: "says", answer: "{}", status: 404 });
    expect(await ask(only)).toMatchObject({ failure: { kind: "unknown_model" } });
  });
});

it.each([
  ["openpi", "pixels-contain-224"],
  ["openvla", "pixels-fill-224"],
])("has encoded pictures decoded by the runner, in one call, for %s by %s", async (protocol, model) => {
  servers.fakes.set("first", { kind: "answers", rows: [ROW] });
  const [primary, wrist, top] = ["primary", "wrist", "top"].map((camera) => image(camera));
  if (!primary || !wrist || !top) throw new Error("There are three.");
  const images = [primary, { ...wrist, pixels: null }, { ...top, pixels: null }];
  const cameras = { primary: "image", wrist: "wrist_image", top: "top_image" };
  const answer = await ask({ protocol, observation: { cameras } }, { images });
  expect([answer.ok, decoded.map((request) => [request.model, request.inputs[0]?.shape])]).toEqual([
    true,
    [[model, [2]]],
  ]);
  expect(picturesOf(servers.seen[0])).toEqual({
    image: { shape: [1, 2, 3], bytes: [1, 6] },
    wrist_image: { shape: [224, 224, 3], bytes: [7, 7] },
    top_image: { shape: [224, 224, 3], bytes: [8, 8] },
  });
});

const picturesSchema = z.record(z.string(), z.unknown()).transform((members) =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => {
      const { data, shape } = arraySchema.safeParse(value).data ?? { data: null, shape: [] };
      return data === null ? [] : [[name, { shape, bytes: [data[0], data.at(-1)] }] as const];
    }),
  ),
);
const arraySchema = z.union([
  z
    .object({ __numpy__: z.string(), shape: z.array(z.number()) })
    .transform(({ __numpy__, shape }) => ({ data: Buffer.from(__numpy__, "base64"), shape })),
  z.object({ data: z.instanceof(Buffer), shape: z.array(z.number()) }),
]);

/** The pictures of an observation, by their names: the shape, the first byte and the last. */
const picturesOf = (seen: unknown) => picturesSchema.parse(plainOf(seen));

/** A msgpack map, or the text of a body, as an object. */
function plainOf(seen: unknown): Record<string, unknown> {
  if (Buffer.isBuffer(seen)) return z.record(z.string(), z.unknown()).parse(JSON.parse(seen.toString()));
  const entries = seen instanceof Map ? [...seen] : Object.entries(seen ?? {});
  return Object.fromEntries(
    entries.map(([key, value]) => [String(key), value instanceof Map ? plainOf(value) : value]),
  );
}

it("finds a camera under the server's own name too, and takes the first picture for the primary", async () => {
  servers.fakes.set("first", { kind: "answers", rows: [ROW] });
  const cameras = { primary: "images.cam_high", left: "images.cam_left", wrist: "observation/wrist" };
  const [first, left, wrist] = ["front", "cam_left", "observation/wrist"].map((camera, index) =>
    image(camera, new Uint8Array([index, 0, 0, 0, 0, index])),
  );
  if (!first || !left || !wrist) throw new Error("There are three.");
  expect(await ask({ observation: { cameras } }, { images: [first, wrist, left] })).toMatchObject({
    ok: true,
  });
  const { images, ...others } = plainOf(servers.seen[0]);
  expect([picturesOf(images), picturesOf(others)]).toMatchObject([
    { cam_high: { bytes: [0, 0] }, cam_left: { bytes: [1, 1] } },
    { "observation/wrist": { bytes: [2, 2] } },
  ]);
});

it("goes to the source that has the policy, among several", async () => {
  const source = (name: string): PolicyServers => ({
    policies: [{ ...policyOf(onlyServer()), name }],
    infer: async () => failed({ kind: "no_capacity", detail: name }),
  });
  const both = combinePolicies([source("a"), source("b")]);
  const answers = both.policies.map((policy) => both.infer(policy, observation(), nowMs, TRACE));
  expect(await Promise.all(answers)).toMatchObject([
    { failure: { detail: "a" } },
    { failure: { detail: "b" } },
  ]);
  const stranger = { ...policyOf(onlyServer()), name: "c" };
  expect(await both.infer(stranger, observation(), nowMs, TRACE)).toMatchObject({
    failure: { kind: "unknown_model" },
  });
});

function onlyServer(): PolicyServer {
  const [server] = policyServersSetting.parse(JSON.stringify([written()]));
  if (server === undefined) throw new Error("There is one.");
  return server;
}
