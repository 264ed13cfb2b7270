import { Graph } from "./graph.ts";
import { openSession, type Session } from "./session.ts";

// Random features of rows, as graphs in float64: max(0, XW + b) never leaves the runtime, which multiplies matrices
// some ten times faster than a loop in TypeScript does.

/** One random feature a column: `weights` is inputs × features. */
export interface FeatureWeights {
  readonly inputs: number;
  readonly features: number;
  readonly weights: Float64Array;
  readonly shifts: Float64Array;
}

/** Rows of numbers, one after the other. */
export interface Rows {
  readonly rows: number;
  readonly values: Float64Array;
}

function featuresIn(graph: Graph): string {
  const [x, w, b] = [graph.input("x", ["n", "i"]), graph.input("w", ["i", "f"]), graph.input("b", ["f"])];
  return graph.op("Relu", [graph.op("Gemm", [x, w, b])]);
}

function gramGraph(): Graph {
  const graph = new Graph("double");
  const columns = graph.op("Concat", [featuresIn(graph), graph.input("t", ["n", "k"])], { axis: 1 });
  graph.op("Gemm", [columns, columns], { transA: 1 }, "gram");
  graph.output("gram", ["c", "c"]);
  return graph;
}

function scoreGraph(): Graph {
  const graph = new Graph("double");
  const [v, c] = [graph.input("v", ["f", "m"]), graph.input("c", ["m"])];
  graph.op("Gemm", [featuresIn(graph), v, c], {}, "scores");
  graph.output("scores", ["n", "m"]);
  return graph;
}

/** Opened with their first use, once for the thread; null where the runtime cannot be loaded on this machine. */
export function lazily(make: () => Graph): () => Session | null {
  let session: Session | null | undefined;
  return () => {
    if (session !== undefined) return session;
    try {
      session = openSession(make().toBytes(), "cpu");
    } catch {
      session = null;
    }
    return session;
  };
}

const gramSession = lazily(gramGraph);
const scoreSession = lazily(scoreGraph);

const feedsOf = ({ rows, values }: Rows, { inputs, features, weights, shifts }: FeatureWeights) => ({
  x: { data: values, dims: [rows, inputs] },
  w: { data: weights, dims: [inputs, features] },
  b: { data: shifts, dims: [features] },
});

/**
 * X'X of the columns: random features of `rows`, then those of `beside` as they are. Square, row by row; null where
 * there is no runtime.
 */
export function gramOfFeatures(rows: Rows, map: FeatureWeights, beside: Float64Array): Float64Array | null {
  const session = gramSession();
  if (session === null) return null;
  const t = { data: beside, dims: [rows.rows, beside.length / rows.rows] };
  return doubles(session.run({ ...feedsOf(rows, map), t }).gram);
}

/** Random features times `weights` (features × outputs) plus `constants`: rows × outputs; null as above. */
export function scoresOfFeatures(
  rows: Rows,
  map: FeatureWeights,
  weights: Float64Array,
  constants: Float64Array,
): Float64Array | null {
  const session = scoreSession();
  if (session === null) return null;
  const v = { data: weights, dims: [map.features, constants.length] };
  const c = { data: constants, dims: [constants.length] };
  return doubles(session.run({ ...feedsOf(rows, map), v, c }).scores);
}

function doubles(tensor: { readonly data: Float32Array | Float64Array } | undefined): Float64Array {
  if (tensor?.data instanceof Float64Array) return tensor.data;
  throw new Error("a graph of doubles answered something else");
}
