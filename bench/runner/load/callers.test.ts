import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Graph } from "../../../gpu-runner/build-models/graph.ts";
import { ModelInferRequestSchema } from "../../../gpu-runner/generated/inference/grpc_service_pb.js";
import { readSettings } from "../../../gpu-runner/settings.ts";
import { type Runner, startRunner } from "../../../gpu-runner/startRunner.ts";
import { encodeHttp, grpcMessage, PROTOCOLS, type Protocol } from "../encodeRequest.ts";
import type { BenchModel } from "../models.ts";
import { type Channel, runCallers } from "./callers.ts";
import { openGrpcChannel } from "./grpcChannel.ts";
import { openHttpChannel } from "./httpChannel.ts";

/** So wide that a request takes several frames, and four of them more than a connection's first window. */
const WIDTH = 6000;

const model: BenchModel = {
  name: "sum",
  maxBatch: 4,
  measured: [true],
  inputs: [{ name: "x", shape: [1, WIDTH], kind: "numbers", values: new Float32Array(WIDTH).fill(0.5) }],
};

let folder: string;
let runner: Runner;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "headgate-callers-"));
  const graph = new Graph("sum");
  const x = graph.input("x", "float", ["N", WIDTH]);
  graph.op("ReduceSum", [x, graph.list(1)], { keepdims: 1 }, "y");
  graph.output("y", ["N", 1]);
  await mkdir(join(folder, "sum", "1"), { recursive: true });
  await writeFile(join(folder, "sum", "1", "model.onnx"), graph.toBytes());
  const tensor = (name: string, width: number) => ({ name, datatype: "FP32", shape: [-1, width] });
  const contract = { name: "sum", max_batch: 4, inputs: [tensor("x", WIDTH)], outputs: [tensor("y", 1)] };
  await writeFile(join(folder, "sum", "model.json"), JSON.stringify(contract));
  const settings = readSettings({
    PORT: "0",
    WORKERS: "1",
    EXECUTION_PROVIDER: "cpu",
    GPU_WATCH_MS: "0",
    MODEL_REPOSITORY: folder,
  });
  if (!settings.ok) throw new Error(settings.failure);
  const started = await startRunner(settings.value, () => {});
  if (!started.ok) throw new Error(started.failure);
  runner = started.value;
});
afterAll(async () => {
  await runner.stop();
  await rm(folder, { recursive: true });
});

const open = (protocol: Protocol, name: string): Promise<Channel> => {
  const port = Number(new URL(runner.url).port);
  if (protocol !== "gRPC") return openHttpChannel(port, encodeHttp(protocol, name, model));
  const message = create(ModelInferRequestSchema, grpcMessage(name, model));
  return openGrpcChannel(port, toBinary(ModelInferRequestSchema, message));
};

const run = async (protocol: Protocol, name: string) => {
  const callers = protocol === "gRPC" ? 4 : 1;
  const channel = await open(protocol, name);
  try {
    return await runCallers([channel], { callers, warmupMs: 0, measuredMs: 60 });
  } finally {
    channel.close();
  }
};

it.each(PROTOCOLS)("over %s an answer counts, with its latency, and a refusal does not", async (protocol) => {
  const good = await run(protocol, "sum");
  expect(good.failed).toBe(0);
  expect(good.requestsPerSecond).toBeGreaterThan(0);
  expect(good.p50Ms).toBeGreaterThan(0);
  expect(good.p99Ms).toBeGreaterThanOrEqual(good.p50Ms);
  const refused = await run(protocol, "nobody");
  expect(refused.requestsPerSecond).toBe(0);
  expect(refused.failed).toBeGreaterThan(0);
});
