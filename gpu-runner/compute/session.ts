import "./muteTelemetry.ts";
import { join } from "node:path";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { Graph } from "../build-models/graph.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import { readModelFiles } from "../repository/readModelFiles.ts";
import { checkFit } from "./checkFit.ts";
import { exposeBrainFloats } from "./exposeBrainFloats.ts";
import type { ModelSource, Target } from "./messages.ts";
import type { RunnableModel } from "./runBatch.ts";

// What fails is thrown, with its reason; the runtime need not print it as well.
env.logLevel = "fatal";

const optionsFor = (
  { deviceId, provider }: Target,
  cpuFallback: boolean,
): InferenceSession.SessionOptions => ({
  executionProviders: [provider === "cuda" ? { name: "cuda", deviceId } : provider],
  // Parallelism comes from the workers; further threads of a session would only spin beside them.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  ...(provider === "cpu" || cpuFallback ? {} : { extra: { session: { disable_cpu_ep_fallback: "1" } } }),
});

/** Runs one operator on a provider and nowhere else. Throws, with the runtime's reason, where it cannot. */
export const probeProvider = async (target: Target): Promise<void> => {
  const graph = new Graph("probe");
  const input = graph.input("x", "float", [2]);
  graph.op("Add", [input, input], {}, "y");
  graph.output("y", [2]);
  const session = await InferenceSession.create(graph.toBytes(), optionsFor(target, false));
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2), [2]) });
  await session.release();
  if (y?.data[1] !== 4) throw new Error("one plus one is wrong there");
};

const hasBrainFloats = ({ inputs, outputs }: ModelContract): boolean =>
  [...inputs, ...outputs].some(({ datatype }) => datatype === "BF16");

/** A loaded graph with what belongs to it. */
export interface LoadedModel {
  readonly model: RunnableModel;
  /** Whether it runs wholly on the provider that was asked for. */
  readonly wholly: boolean;
  readonly sha256: string;
}

/**
 * Loads a model version, after its files are what its contract pins, and checks that the graph keeps that contract.
 * Where `cpuFallback` is false, a graph that the provider cannot run as a whole is refused; else it is loaded with
 * the rest on the CPU, and says so. Throws with a reason.
 */
export const loadModel = async (
  { contract, folder, version }: ModelSource,
  target: Target,
  cpuFallback: boolean,
): Promise<LoadedModel> => {
  const files = await readModelFiles(contract, folder, version);
  if (!files.ok) throw new Error(files.failure);
  const { assets, graph, hasExternalData, sha256 } = files.value;
  const feedable = hasBrainFloats(contract) ? exposeBrainFloats(graph) : graph;
  const create = (fallback: boolean): Promise<InferenceSession> =>
    hasExternalData
      ? InferenceSession.create(join(folder, version, "model.onnx"), optionsFor(target, fallback))
      : InferenceSession.create(feedable, optionsFor(target, fallback));
  const loaded = await create(false).then(
    (session) => ({ session, wholly: true }),
    async (error: unknown) => {
      if (!cpuFallback || target.provider === "cpu") throw error;
      return { session: await create(true), wholly: false };
    },
  );
  const misfit = checkFit(contract, loaded.session);
  if (misfit !== null) {
    await loaded.session.release();
    throw new Error(`model.json does not fit the graph: ${misfit}`);
  }
  return { model: { contract, session: loaded.session, assets }, wholly: loaded.wholly, sha256 };
};
