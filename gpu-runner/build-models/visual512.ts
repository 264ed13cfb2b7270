import { Graph } from "./graph.ts";

/** Side of the square to which images are scaled, in pixels. */
export const SIDE = 64;
/** Cells per side, and pixels of a cell: cells overlap by half, so that a small shift changes little. */
const CELLS = 4;
const CELL_SIDE = 25;
const CELL_STRIDE = 13;
const COLORS = 24;
const DIRECTIONS = 8;
/** How sharply a pixel belongs to its nearest color: weight falls by e at a squared distance of 1/SHARPNESS. */
const SHARPNESS = 12;

/** Ten hues, each bright and dark, and four grays. */
const palette = (): number[][] => {
  const colors = [0, 1 / 3, 2 / 3, 1].map((gray) => [gray, gray, gray]);
  for (const value of [1, 0.55])
    for (let step = 0; step < 10; step++) {
      const channel = (offset: number): number => {
        const position = (offset + step * 0.6) % 6;
        return value * (1 - 0.85 * Math.max(0, Math.min(position, 4 - position, 1)));
      };
      colors.push([channel(5), channel(3), channel(1)]);
    }
  return colors;
};

/** Sobel kernels turned into eight directions: where the picture gets brighter, and how fast. */
const directionKernels = (): number[] => {
  const across = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
  const down = [-1, -2, -1, 0, 0, 0, 1, 2, 1];
  return Array.from({ length: DIRECTIONS }, (_, direction) => {
    const angle = (2 * Math.PI * direction) / DIRECTIONS;
    return across.map((value, tap) => value * Math.cos(angle) + (down[tap] ?? 0) * Math.sin(angle));
  }).flat();
};

/** Averages over the cells, one row per image: [N, channels · 16], square-rooted (Hellinger) and of unit length. */
const pool = (graph: Graph, maps: string, channels: number): string => {
  const cells = graph.op("AveragePool", [maps], {
    kernel_shape: [CELL_SIDE, CELL_SIDE],
    strides: [CELL_STRIDE, CELL_STRIDE],
  });
  const rows = graph.op("Reshape", [cells, graph.list(-1, channels * CELLS * CELLS)]);
  return graph.unitRows(graph.op("Sqrt", [graph.add(rows, graph.scalar(1e-9))]), 1);
};

/**
 * `pixels` [N, 64, 64, 3] bytes → `embedding` [N, 512] of unit length: over a 4×4 grid, how much of each of
 * 24 colors a cell holds and how strongly its edges run in each of 8 directions (after the color histograms
 * of Swain and Ballard, 1991, and the oriented gradients of Dalal and Triggs, 2005). The evenly gray picture
 * is subtracted first, so that what all pictures share does not make them alike.
 */
export const buildVisual512 = (): Graph => {
  const graph = new Graph("visual-512");
  const pixels = graph.input("pixels", "uint8", ["N", SIDE, SIDE, 3]);
  const planes = graph.op("Transpose", [graph.toFloat(pixels)], { perm: [0, 3, 1, 2] });
  const rgb = graph.multiply(planes, graph.scalar(1 / 255));

  const colors = palette();
  const nearness = graph.op("Conv", [
    rgb,
    graph.constant(
      "float",
      [COLORS, 3, 1, 1],
      colors.flat().map((part) => 2 * SHARPNESS * part),
    ),
    graph.constant(
      "float",
      [COLORS],
      colors.map((color) => -SHARPNESS * color.reduce((sum, part) => sum + part * part, 0)),
    ),
  ]);
  const share = graph.op("Softmax", [nearness], { axis: 1 });

  const luma = graph.op("Conv", [rgb, graph.constant("float", [1, 3, 1, 1], [0.299, 0.587, 0.114])]);
  const kernels = graph.constant("float", [DIRECTIONS, 1, 3, 3], directionKernels());
  const inner = graph.op("Relu", [graph.op("Conv", [luma, kernels])]);
  const edges = graph.op("Pad", [inner, graph.list(0, 0, 1, 1, 0, 0, 1, 1)]);

  const both = graph.op("Concat", [pool(graph, share, COLORS), pool(graph, edges, DIRECTIONS)], { axis: 1 });
  const length = (COLORS + DIRECTIONS) * CELLS * CELLS;
  const even = Array.from(
    { length },
    (_, index) => 1 / Math.sqrt((index < COLORS * 16 ? COLORS : DIRECTIONS) * 16),
  );
  const centered = graph.subtract(both, graph.constant("float", [1, length], even));
  graph.unitRows(centered, 1, "embedding");
  graph.output("embedding", ["N", length]);
  return graph;
};
