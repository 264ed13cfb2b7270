import { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";

/** A process of its own that runs a graph in a loop, with one thread as the runner's workers have, and nothing around it. */
const specSchema = z.object({ path: z.string(), rows: z.number(), measuredMs: z.number() });

/** Bytes per element of the inputs that the measured graphs have. */
const ELEMENTS = { float32: Float32Array, uint8: Uint8Array } as const;

const sessions = new Map<string, Promise<InferenceSession>>();

const openSession = (path: string): Promise<InferenceSession> => {
  const session =
    sessions.get(path) ??
    InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  sessions.set(path, session);
  return session;
};

/** Inputs of the graph's own shapes, `rows` in the free dimension. Zeros would be no slower: all kernels here are dense. */
const feedsOf = (session: InferenceSession, rows: number): Record<string, Tensor> =>
  Object.fromEntries(
    session.inputMetadata.map((input) => {
      if (!input.isTensor || (input.type !== "float32" && input.type !== "uint8"))
        throw new Error(`The benchmark cannot feed ${input.name}.`);
      const dims = input.shape.map((size) => (typeof size === "number" && size > 0 ? size : rows));
      const data = new ELEMENTS[input.type](dims.reduce((product, size) => product * size, 1)).fill(1);
      return [input.name, new Tensor(input.type, data, dims)];
    }),
  );

const measure = async ({ measuredMs, path, rows }: z.infer<typeof specSchema>) => {
  const session = await openSession(path);
  const feeds = feedsOf(session, rows);
  for (let run = 0; run < 5; run += 1) await session.run(feeds);
  const runsMs: number[] = [];
  const endMs = performance.now() + measuredMs;
  for (let startMs = performance.now(); startMs < endMs; ) {
    await session.run(feeds);
    const nowMs = performance.now();
    runsMs.push(nowMs - startMs);
    startMs = nowMs;
  }
  const totalMs = runsMs.reduce((sum, ms) => sum + ms, 0);
  const p50Ms = runsMs.sort((a, b) => a - b)[runsMs.length >> 1] ?? Number.NaN;
  return { rowsPerSecond: (1000 * rows * runsMs.length) / totalMs, p50Ms };
};

process.on("message", (message) => {
  measure(specSchema.parse(message)).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
