import "./muteTelemetry.ts";
import { createRequire } from "node:module";

/** What a graph is run on. */
export const PROVIDERS = ["cpu", "webgpu", "cuda"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Numbers with their dimensions. */
export interface Tensor {
  readonly data: Float32Array | Float64Array;
  readonly dims: readonly number[];
}

/** A graph that is ready to run. Runs block the thread, as everything that is computed here does. */
export interface Session {
  run(inputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
  close(): void;
}

const load = createRequire(import.meta.url);

/**
 * Opens a graph. Throws, with the runtime's reason, where the provider cannot run all of it: what was asked of a GPU is
 * not quietly done elsewhere.
 *
 * The runtime's own `run` is this call behind one turn of the event loop; without that turn kernels stay plain
 * functions. The runtime is loaded with the first graph, since most commands need none.
 */
export function openSession(graph: Uint8Array, provider: Provider): Session {
  const runtime: typeof import("onnxruntime-node") = load("onnxruntime-node");
  const { binding, initOrt }: typeof import("onnxruntime-node/dist/binding.js") = load(
    "onnxruntime-node/dist/binding.js",
  );
  // What fails is thrown, with its reason; the runtime need not print it as well.
  runtime.env.logLevel = "fatal";
  initOrt();
  const session = new binding.InferenceSession();
  const bytes = Uint8Array.from(graph);
  session.loadModel(bytes.buffer, 0, bytes.byteLength, {
    executionProviders: [provider],
    // Parallelism comes from worker threads; further threads of a session would only spin beside them.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    ...(provider === "cpu" ? {} : { extra: { session: { disable_cpu_ep_fallback: "1" } } }),
  });
  const outputs = Object.fromEntries(session.outputMetadata.map(({ name }) => [name, null]));
  return {
    run: (inputs) => {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, dims }]) => [name, new runtime.Tensor(data, dims)]),
      );
      return Object.fromEntries(
        Object.entries(session.run(feeds, outputs, {})).map(([name, { data, dims }]) => [
          name,
          { data: numbersOf(data), dims },
        ]),
      );
    },
    close: () => session.dispose(),
  };
}

function numbersOf(data: unknown): Float32Array | Float64Array {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new Error("a graph answered something else than numbers");
}
