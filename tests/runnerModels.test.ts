import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serverPolicies } from "../functions/serve/policies/serverPolicies.ts";
import { observation, serverOf, TRACE } from "../functions/serve/policies/testPolicyWorld.ts";
import { Graph } from "../gpu-runner/build-models/graph.ts";
import { modelContractSchema } from "../gpu-runner/repository/modelContract.ts";
import { affineContract, affineGraph, putModel } from "../gpu-runner/testing/testAffine.ts";
import { openInferenceRunner } from "../workers/ports/openInferenceRunner.ts";
import { orderedOrigins } from "../workers/ports/orderedOrigins.ts";
import { countTold, loadModels } from "./support/modelLoad.ts";
import { type RunnerProcess, startRunnerProcess } from "./support/runnerProcess.ts";

const NAMES = ["stays", "changes", "goes"];

let repository: string;
let runner: RunnerProcess;
let isRunning = false;
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), "headgate-models-"));
});
beforeEach(async () => {
  if (isRunning) return;
  for (const name of NAMES) await putModel(repository, affineContract(name), 1, affineGraph(1));
  runner = await startRunnerProcess({ MODEL_REPOSITORY: repository, WORKERS: "1", QUEUE_LIMIT: "1000" });
  isRunning = true;
});
const end = async (signal: NodeJS.Signals): Promise<number | null> => {
  isRunning = false;
  runner.child.kill(signal);
  return (await runner.ended).code;
};
afterAll(async () => {
  if (isRunning) await end("SIGKILL");
  await rm(repository, { recursive: true });
});

const change = async (name: string, verb: "load" | "unload"): Promise<number> =>
  (await fetch(`${runner.url}/v2/repository/models/${name}/${verb}`, { method: "POST" })).status;

test("models are replaced, unloaded and loaded under load, and nobody fails but who asks for what is unloaded", async () => {
  const load = loadModels(runner.url, ["stays", "changes", "goes"], 2);
  for (const factor of [2, 3]) {
    await putModel(repository, affineContract("changes"), 1, affineGraph(factor));
    expect(await change("changes", "load")).toBe(200);
    expect(await change("goes", factor % 2 === 0 ? "unload" : "load")).toBe(200);
  }
  await load.stop();
  const [stays = [], changes = [], goes = []] = load.told.values();
  expect([Object.keys(countTold(stays)), Object.keys(countTold(changes))]).toEqual([["200"], ["200"]]);
  expect(Object.keys(countTold(goes)).toSorted()).toEqual(["200", "404"]);
  const made = changes.map((one) => (one.kind === "answered" ? one.made : null));
  expect(new Set(made)).toEqual(new Set([1, 2, 3]));
}, 30_000);

test("batch work of more rows than a batch holds is run in pieces and answered as one; an act of that many is refused", async () => {
  const body = JSON.stringify({
    inputs: [
      { name: "x", datatype: "FP32", shape: [9, 3], data: Array.from({ length: 27 }, (_, index) => index) },
    ],
  });
  const infer = (headers: Record<string, string>) =>
    fetch(`${runner.url}/v2/models/stays/infer`, { method: "POST", body, headers });
  const refused = await infer({});
  expect([refused.status, await refused.json()]).toMatchObject([400, { category: "data", retry: false }]);
  const answer = await (await infer({ "x-request-priority": "batch" })).json();
  expect(answer).toMatchObject({
    outputs: [{ shape: [9, 3], data: Array.from({ length: 27 }, (_, at) => at) }],
  });
});

/** A policy that gives its normalized state, times the brightest point of what it sees, as both steps of its chunk. */
const policyGraph = (): Uint8Array => {
  const graph = new Graph("policy");
  const pixels = graph.input("pixels", "float", [1, 3, 8, 8]);
  const state = graph.input("state", "float", [1, 7]);
  const target = graph.input("target", "float", [1, 9]);
  const brightest = graph.op("Reshape", [graph.reduce("ReduceMax", pixels, 1, 2, 3), graph.list(1, 1, 1)]);
  const unused = graph.op("Reshape", [graph.reduce("ReduceMax", target, 1), graph.list(1, 1, 1)]);
  const seen = graph.add(brightest, graph.multiply(unused, graph.scalar(0)));
  const step = graph.multiply(graph.op("Reshape", [state, graph.list(1, 1, 7)]), seen);
  graph.op("Concat", [step, step], { axis: 1 }, "chunk");
  graph.output("chunk", [1, 2, 7]);
  return graph.toBytes();
};

const POLICY = modelContractSchema.parse({
  name: "mine",
  max_batch: 1,
  inputs: [
    {
      name: "image",
      datatype: "BYTES",
      shape: [1],
      preprocess: {
        kind: "image",
        feeds: "pixels",
        width_px: 8,
        height_px: 8,
        channels: 3,
        fit: "cover",
        normalize: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      },
    },
    { name: "state", datatype: "FP32", shape: [1, 7], normalize: "proprio" },
    {
      name: "instruction",
      datatype: "BYTES",
      shape: [1],
      preprocess: { kind: "target_color", feeds: "target" },
    },
  ],
  outputs: [
    {
      name: "actions",
      datatype: "FP32",
      shape: [1, 2, 7],
      reads: "chunk",
      postprocess: { kind: "unnormalize", statistics: "action" },
    },
  ],
  statistics: { file: "dataset_statistics.json", norm_key: "lab", method: "quantiles" },
});

const seven = (value: number): number[] => Array.from({ length: 7 }, () => value);

test("a policy of one's own, brought to a runner that serves, is asked by the gate and answers in the units of its data", async () => {
  await putModel(repository, POLICY, 1, policyGraph());
  const statistics = {
    lab: { action: { q01: seven(-0.02), q99: seven(0.04) }, proprio: { q01: seven(0), q99: seven(4) } },
  };
  await writeFile(join(repository, "mine", "dataset_statistics.json"), JSON.stringify(statistics));
  expect(await change("mine", "load")).toBe(200);
  const metadata = await (await fetch(`${runner.url}/v2/models/mine`)).json();
  expect(metadata).toMatchObject({
    parameters: { norm_key: "lab", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });

  const meter = { count: () => {}, observe: () => {}, set: () => {} };
  const ports = { clock: { now: () => Date.now(), sleep: async () => undefined }, meter };
  const { infer, policies } = serverPolicies(
    [
      serverOf({
        name: "mine",
        protocol: "open_inference",
        origins: undefined,
        observation: { cameras: { primary: "image" }, image_encoding: "encoded", state: { state: [0, 7] } },
      }),
    ],
    {
      ...ports,
      runner: openInferenceRunner({ ...ports, origins: [runner.url] }),
      originsOf: (origins) => orderedOrigins({ ...ports, origins }),
      transport: { post: unasked, connect: unasked },
    },
  );
  const [policy] = policies;
  if (policy === undefined) throw new Error("There is one.");
  const white = { create: { width: 16, height: 12, channels: 3, background: "white" } } as const;
  const bytes = new Uint8Array(await sharp(white).png().toBuffer());
  const picture = { camera: "primary", pointer: "/image", bytes, declaredType: null, pixels: null };
  const seen = observation({ images: [picture], state: [2, 4, 0, 3, 2, 2, 2], instruction: "the red block" });
  const answer = await infer(policy, seen, Date.now() + 5000, TRACE);
  expect(answer).toMatchObject({ ok: true, value: { origin: "runner", modelVersion: "1" } });
  const [first = [], second] = answer.ok ? answer.value.actions : [];
  for (const [column, value] of [0.01, 0.04, -0.02, 0.025, 0.01, 0.01, 0.01].entries())
    expect(first[column]).toBeCloseTo(value, 5);
  expect(second).toEqual(first);
}, 30_000);

const unasked = (): never => {
  throw new Error("It lives on the runner.");
};

test("SIGTERM under load: every accepted request is answered with what was asked for, and the process exits with 0", async () => {
  const load = loadModels(runner.url, ["stays", "changes"], 8);
  await pause(300);
  const [code] = await Promise.all([end("SIGTERM"), load.done]);
  const all = [...load.told.values()].flat();
  const { "200": served = 0, "not taken": notTaken, ...others } = countTold(all);
  expect([others, notTaken, code]).toEqual([{}, 16, 0]);
  expect(served).toBeGreaterThan(100);
}, 30_000);
