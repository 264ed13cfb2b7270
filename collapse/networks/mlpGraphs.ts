import { Graph } from "./graph.ts";

// Many small networks at once, one along the first axis each: two hidden layers of 64, squared loss, Adam. All of
// forward, backward and update is in the graph; only operators that the CPU, WebGPU and CUDA all have.

/** Units of either hidden layer. */
export const HIDDEN = 64;

/** What a network learns: weights and constants of three layers. */
export const PARAMETERS = ["w1", "b1", "w2", "b2", "w3", "b3"] as const;
export type Parameter = (typeof PARAMETERS)[number];

/** Kingma and Ba 2015. */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

/** The names of a parameter's moments. */
export const firstMoment = (parameter: Parameter): string => `m_${parameter}`;
export const secondMoment = (parameter: Parameter): string => `v_${parameter}`;
/** What a step calls its outcome. */
export const next = (name: string): string => `${name}_next`;

/** Dimensions of a parameter of `networks` with `inputs` numbers in and `outputs` out. */
export function shapeOf(parameter: Parameter, networks: number, inputs: number, outputs: number): number[] {
  const shapes = {
    w1: [inputs, HIDDEN],
    b1: [1, HIDDEN],
    w2: [HIDDEN, HIDDEN],
    b2: [1, HIDDEN],
    w3: [HIDDEN, outputs],
    b3: [1, outputs],
  };
  return [networks, ...shapes[parameter]];
}

interface Layers {
  readonly x: string;
  readonly z1: string;
  readonly a1: string;
  readonly z2: string;
  readonly a2: string;
  readonly z3: string;
}

/** x [b or 1, n, i] through all networks. */
function forward(graph: Graph): Layers {
  const x = graph.input("x", ["k", "n", "i"]);
  for (const parameter of PARAMETERS)
    graph.input(parameter, ["b", `${parameter}_rows`, `${parameter}_columns`]);
  const z1 = graph.add(graph.product(x, "w1"), "b1");
  const a1 = graph.op("Relu", [z1]);
  const z2 = graph.add(graph.product(a1, "w2"), "b2");
  const a2 = graph.op("Relu", [z2]);
  return { x, z1, a1, z2, a2, z3: graph.add(graph.product(a2, "w3"), "b3") };
}

/** The gradient of the mean squared error, parameter by parameter. */
function backward(graph: Graph, { x, z1, a1, z2, a2, z3 }: Layers): Readonly<Record<Parameter, string>> {
  const turned = (tensor: string): string => graph.op("Transpose", [tensor], { perm: [0, 2, 1] });
  const ofConstants = (delta: string): string =>
    graph.op("ReduceSum", [delta, graph.list(1)], { keepdims: 1 });
  const y = graph.input("y", ["b", "n", "t"]);
  // 1 over the rows, as an input: they are not known here.
  const d3 = graph.multiply(graph.subtract(z3, y), graph.input("per_row", []));
  const d2 = graph.multiply(graph.product(d3, turned("w3")), graph.isPositive(z2));
  const d1 = graph.multiply(graph.product(d2, turned("w2")), graph.isPositive(z1));
  return {
    w1: graph.product(turned(x), d1),
    b1: ofConstants(d1),
    w2: graph.product(turned(a1), d2),
    b2: ofConstants(d2),
    w3: graph.product(turned(a2), d3),
    b3: ofConstants(d3),
  };
}

/**
 * One step of Adam on a batch of every network. `rate` is the step's size and `per_variance` 1 / (1 − β₂ᵗ), both with
 * the corrections of Kingma and Ba for the moments' start at 0.
 */
export function stepGraph(): Uint8Array {
  const graph = new Graph("float");
  const gradients = backward(graph, forward(graph));
  const [rate, perVariance] = [graph.input("rate", []), graph.input("per_variance", [])];
  for (const parameter of PARAMETERS) {
    const dims = ["b", `${parameter}_rows`, `${parameter}_columns`];
    const gradient = gradients[parameter];
    const [m, v] = [graph.input(firstMoment(parameter), dims), graph.input(secondMoment(parameter), dims)];
    const named = (name: string, sum: readonly [string, string]): string => {
      graph.output(next(name), dims);
      return graph.op("Add", sum, {}, next(name));
    };
    const mean = named(m, [graph.scale(m, BETA1), graph.scale(gradient, 1 - BETA1)]);
    const squares = graph.scale(graph.multiply(gradient, gradient), 1 - BETA2);
    const variance = named(v, [graph.scale(v, BETA2), squares]);
    const width = graph.add(graph.op("Sqrt", [graph.multiply(variance, perVariance)]), graph.scalar(EPSILON));
    const move = graph.multiply(rate, graph.op("Div", [mean, width]));
    graph.output(next(parameter), dims);
    graph.op("Sub", [parameter, move], {}, next(parameter));
  }
  return graph.toBytes();
}

/** Sums of squared errors of rows that all networks are asked about: networks × 1 × outputs. */
export function lossGraph(): Uint8Array {
  const graph = new Graph("float");
  const { z3 } = forward(graph);
  const error = graph.subtract(z3, graph.input("y", ["k", "n", "t"]));
  graph.op("ReduceSum", [graph.multiply(error, error), graph.list(1)], { keepdims: 1 }, "losses");
  graph.output("losses", ["b", 1, "t"]);
  return graph.toBytes();
}

/** One sum: what tells whether a provider works. */
export function probeGraph(): Uint8Array {
  const graph = new Graph("float");
  graph.op("Add", [graph.input("x", [2]), "x"], {}, "y");
  graph.output("y", [2]);
  return graph.toBytes();
}
