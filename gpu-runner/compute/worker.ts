import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { warmUpInputs } from "../preprocess/warmUpInputs.ts";
import type { NamedTensors } from "../protocol/datatypes.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { Numbered, WorkerReply, WorkerRequest } from "./messages.ts";
import { type RunnableModel, runBatch } from "./runBatch.ts";
import { loadModel, probeProvider } from "./session.ts";

/** The compute thread: ONNX Runtime blocks the thread that it runs on, so it runs here and never where requests arrive. */
const { maxImagePixels } = z.object({ maxImagePixels: z.int().positive() }).parse(workerData);
const models = new Map<string, RunnableModel>();

const load = async (request: Extract<WorkerRequest, { kind: "load" }>): Promise<WorkerReply> => {
  const { cpuFallback, id, source, target } = request;
  const { model, sha256, wholly } = await loadModel(source, target, cpuFallback);
  const [first] = await runBatch(model, [await warmUpInputs(source.contract)], maxImagePixels);
  if (first?.ok === false) {
    await model.session.release();
    return { kind: "failed", reason: `its first run failed: ${first.failure.error}` };
  }
  models.set(id, model);
  return { kind: "loaded", wholly, sha256 };
};

const unload = async (id: string): Promise<WorkerReply> => {
  const model = models.get(id);
  models.delete(id);
  await model?.session.release();
  return { kind: "unloaded" };
};

const run = async (id: string, batch: readonly NamedTensors[]): Promise<WorkerReply> => {
  const model = models.get(id);
  if (model === undefined) return { kind: "failed", reason: `model ${id} is not loaded` };
  const startedAtMs = performance.now();
  const results = await runBatch(model, batch, maxImagePixels);
  return { kind: "ran", result: { results, computeMs: performance.now() - startedAtMs } };
};

const answer = async (request: WorkerRequest): Promise<WorkerReply> => {
  switch (request.kind) {
    case "probe":
      await probeProvider(request.target);
      return { kind: "probed" };
    case "load":
      return load(request);
    case "unload":
      return unload(request.id);
    case "run":
      return run(request.id, request.batch);
  }
};

const buffersOf = (results: readonly Outcome<NamedTensors>[]): ArrayBuffer[] =>
  results.flatMap((result) =>
    result.ok
      ? Object.values(result.value).flatMap((tensor) => ("bytes" in tensor ? [tensor.bytes.buffer] : []))
      : [],
  );

parentPort?.on("message", async ({ message: request, number }: Numbered<WorkerRequest>) => {
  const send = (message: WorkerReply, transfer: ArrayBuffer[] = []): void =>
    parentPort?.postMessage({ number, message } satisfies Numbered<WorkerReply>, transfer);
  try {
    const reply = await answer(request);
    send(reply, reply.kind === "ran" ? buffersOf(reply.result.results) : []);
  } catch (error) {
    send({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});
