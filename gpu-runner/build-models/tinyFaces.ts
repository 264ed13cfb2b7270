import { type QuantizedWeight, readFaceWeights } from "./faceWeights.ts";
import { Graph } from "./graph.ts";

/** Mean of the training pictures, by channel. */
const MEAN = [117.001, 114.697, 97.404];
/** What a cell says of each of its five shapes of face: x, y, width, height, score. */
const SHAPES = 5;
const FIELDS = 5;

/** The weights of one layer, by the name of the part. */
type Weights = (part: string) => QuantizedWeight;

/** The same weight with its axes in another order: axis `i` of the result is axis `order[i]` of the weight. */
const permute = ({ shape, bytes }: QuantizedWeight, order: readonly number[]) => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const permuted = Uint8Array.from(bytes, (_, position) => {
    let rest = position;
    let from = 0;
    for (let axis = sides.length - 1; axis >= 0; axis -= 1) {
      const side = sides[axis] ?? 1;
      from += (rest % side) * (steps[axis] ?? 1);
      rest = Math.floor(rest / side);
    }
    return bytes[from] ?? 0;
  });
  return { shape: sides, bytes: permuted };
};

/** A weight as a constant: bytes in the file, floats once loaded. */
const constantOf = (graph: Graph, weight: QuantizedWeight, order?: readonly number[]): string => {
  const { shape, bytes } = order === undefined ? weight : permute(weight, order);
  const floats = graph.toFloat(graph.constant("uint8", shape, bytes));
  return graph.add(graph.multiply(floats, graph.scalar(weight.scale)), graph.scalar(weight.min));
};

/** Filters lie as [height, width, in, out], and are wanted as [out, in, height, width]. */
const OUT_IN_FIRST = [3, 2, 0, 1];

const leaky = (graph: Graph, tensor: string): string => graph.op("LeakyRelu", [tensor], { alpha: 0.1 });

const pool = (graph: Graph, tensor: string, stride: number, margin: number): string =>
  graph.op("MaxPool", [tensor], {
    kernel_shape: [2, 2],
    strides: [stride, stride],
    pads: [0, 0, margin, margin],
  });

/** Each channel by its own 3×3 filter, then all of them mixed at each pixel. */
const separable = (graph: Graph, tensor: string, weights: Weights, channels: number): string => {
  const depthwise = constantOf(graph, weights("depthwise_filter"), [2, 3, 0, 1]);
  const pointwise = constantOf(graph, weights("pointwise_filter"), OUT_IN_FIRST);
  const filtered = graph.op("Conv", [tensor, depthwise], { group: channels, pads: [1, 1, 1, 1] });
  return leaky(graph, graph.op("Conv", [filtered, pointwise, constantOf(graph, weights("bias"))]));
};

/**
 * `pixels` [N, H, W, 3] bytes, H and W multiples of 32 → `cells` [N, H/32, W/32, 25]: what each cell of 32
 * pixels says of five shapes of face, undecoded (`media/faces/tinyFaces.ts` decodes it). The network and the
 * weights of face-api's tiny face detector, a Tiny YOLO v2 with separable convolutions; bytes as that package
 * ships them. It looks at squares of 416 there; all its layers are convolutions, so it takes any size.
 */
export const buildTinyFaces = (): Graph => {
  const weights = readFaceWeights();
  const layer = (name: string): Weights => {
    return (part) => weights(`${name}/${part}`);
  };
  const graph = new Graph("tiny-faces");
  const pixels = graph.input("pixels", "uint8", ["N", "H", "W", 3]);
  const planes = graph.op("Transpose", [graph.toFloat(pixels)], { perm: [0, 3, 1, 2] });
  const centered = graph.subtract(planes, graph.constant("float", [1, 3, 1, 1], MEAN));
  const convolve = (tensor: string, own: Weights): string =>
    graph.op("Conv", [
      tensor,
      constantOf(graph, own("filters"), OUT_IN_FIRST),
      constantOf(graph, own("bias")),
    ]);

  let plane = leaky(graph, convolve(graph.multiply(centered, graph.scalar(1 / 255)), layer("conv0")));
  for (const [index, channels] of [16, 32, 64, 128, 256].entries()) {
    // The first filter has no margin, so that its plane is two pixels smaller, and half of that is odd.
    const halved = pool(graph, plane, 2, index === 1 ? 1 : 0);
    plane = separable(graph, halved, layer(`conv${index + 1}`), channels);
  }
  const cells = convolve(pool(graph, plane, 1, 1), layer("conv8"));
  graph.op("Transpose", [cells], { perm: [0, 2, 3, 1] }, "cells");
  graph.output("cells", ["N", "h", "w", SHAPES * FIELDS]);
  return graph;
};
