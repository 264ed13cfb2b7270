import { readFile } from "node:fs/promises";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { Graph } from "../build-models/graph.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import type { Provider } from "./messages.ts";

// What fails is thrown, with its reason; the runtime need not print it as well.
env.logLevel = "fatal";

const optionsFor = (provider: Provider, cpuFallback: boolean): InferenceSession.SessionOptions => ({
  executionProviders: [provider],
  // Parallelism comes from the workers; further threads of a session would only spin beside them.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  ...(provider === "cpu" || cpuFallback ? {} : { extra: { session: { disable_cpu_ep_fallback: "1" } } }),
});

/** Runs one operator on a provider and nowhere else. Throws, with the runtime's reason, where it cannot. */
export const probeProvider = async (provider: Provider): Promise<void> => {
  const graph = new Graph("probe");
  const input = graph.input("x", "float", [2]);
  graph.op("Add", [input, input], {}, "y");
  graph.output("y", [2]);
  const session = await InferenceSession.create(graph.toBytes(), optionsFor(provider, false));
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2), [2]) });
  await session.release();
  if (y?.data[1] !== 4) throw new Error("one plus one is wrong there");
};

const fits = (contract: ModelContract, session: InferenceSession): string | null => {
  const feeds = contract.inputs.map((input) =>
    input.datatype === "BYTES" ? input.preprocess.feeds : input.name,
  );
  const unfed = session.inputNames.find((name) => !feeds.includes(name));
  if (unfed !== undefined) return `nothing feeds the graph's input '${unfed}'`;
  const unknown = feeds.find((name) => !session.inputNames.includes(name));
  if (unknown !== undefined) return `the graph has no input '${unknown}'`;
  const missing = contract.outputs.find((output) => !session.outputNames.includes(output.name));
  return missing === undefined ? null : `the graph has no output '${missing.name}'`;
};

/** A loaded graph, and whether it runs wholly on the provider that was asked for. */
export interface LoadedSession {
  readonly session: InferenceSession;
  readonly wholly: boolean;
}

/**
 * Loads a model file. Where `cpuFallback` is false, a graph that the provider cannot run as a whole is
 * refused; else it is loaded with the rest on the CPU, and says so. Throws with a reason.
 */
export const loadSession = async (
  path: string,
  contract: ModelContract,
  provider: Provider,
  cpuFallback: boolean,
): Promise<LoadedSession> => {
  const bytes = await readFile(path);
  const loaded = await InferenceSession.create(bytes, optionsFor(provider, false)).then(
    (session) => ({ session, wholly: true }),
    async (error: unknown) => {
      if (!cpuFallback || provider === "cpu") throw error;
      return { session: await InferenceSession.create(bytes, optionsFor(provider, true)), wholly: false };
    },
  );
  const misfit = fits(contract, loaded.session);
  if (misfit !== null) throw new Error(`model.json does not fit the graph: ${misfit}`);
  return loaded;
};
