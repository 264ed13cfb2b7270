import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { warmUpInputs } from "../preprocess/warmUpInputs.ts";
import type { NamedTensors } from "../protocol/datatypes.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { WorkerReply, WorkerRequest } from "./messages.ts";
import { type RunnableModel, runBatch } from "./runBatch.ts";
import { loadSession, probeProvider } from "./session.ts";

/** The compute thread: ONNX Runtime blocks the thread that it runs on, so it runs here and never where requests arrive. */
const { maxImagePixels } = z.object({ maxImagePixels: z.int().positive() }).parse(workerData);
const models = new Map<string, RunnableModel>();

const load = async (request: Extract<WorkerRequest, { kind: "load" }>): Promise<WorkerReply> => {
  const { contract, cpuFallback, key, path, provider } = request;
  const { session, wholly } = await loadSession(path, contract, provider, cpuFallback);
  const model = { contract, session };
  const [first] = await runBatch(model, [await warmUpInputs(contract)], maxImagePixels);
  if (first?.ok === false) return { kind: "failed", reason: `its first run failed: ${first.failure.error}` };
  models.set(key, model);
  return { kind: "loaded", wholly };
};

const run = async (key: string, batch: readonly NamedTensors[]): Promise<WorkerReply> => {
  const model = models.get(key);
  if (model === undefined) return { kind: "failed", reason: `model ${key} is not loaded` };
  const startedAtMs = performance.now();
  const results = await runBatch(model, batch, maxImagePixels);
  return { kind: "ran", result: { results, computeMs: performance.now() - startedAtMs } };
};

const answer = async (request: WorkerRequest): Promise<WorkerReply> => {
  switch (request.kind) {
    case "probe":
      await probeProvider(request.provider);
      return { kind: "probed" };
    case "load":
      return load(request);
    case "run":
      return run(request.key, request.batch);
  }
};

const buffersOf = (results: readonly Outcome<NamedTensors>[]): ArrayBuffer[] =>
  results.flatMap((result) =>
    result.ok
      ? Object.values(result.value).flatMap((tensor) => ("bytes" in tensor ? [tensor.bytes.buffer] : []))
      : [],
  );

parentPort?.on("message", async (request: WorkerRequest) => {
  try {
    const reply = await answer(request);
    parentPort?.postMessage(reply, reply.kind === "ran" ? buffersOf(reply.result.results) : []);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ kind: "failed", reason } satisfies WorkerReply);
  }
});
