import { Graph } from "./graph.ts";

/** Side of the square to which images are scaled, in pixels. */
export const SIDE = 32;
/** Frequencies along each axis: 8 × 8 of them make 64 bits. */
const FREQUENCIES = 8;
const BITS = FREQUENCIES * FREQUENCIES;
/**
 * How far one coefficient must exceed another, in gray levels (the transform keeps lengths). Less is what the
 * noise of a sensor leaves after scaling: a dark or even picture then has no structure, and not a random one.
 */
const NOISE = 2;

/** Rows of the orthonormal DCT-II, from the second on: the first is the mean, and says nothing of structure. */
const cosines = (): number[][] =>
  Array.from({ length: FREQUENCIES }, (_, row) =>
    Array.from(
      { length: SIDE },
      (__, column) => Math.sqrt(2 / SIDE) * Math.cos((Math.PI / SIDE) * (column + 0.5) * (row + 1)),
    ),
  );

/**
 * `pixels` [N, 32, 32, 3] bytes → `bits` [N, 64] of 0 and 1: the perceptual hash of Zauner ("Implementation
 * and Benchmarking of Perceptual Image Hash Functions", 2010). Gray, its discrete cosine transform, the
 * frequencies 1–8 along each axis, and of each whether it lies in the upper half of the 64. The median is
 * found by counting, for not every execution provider sorts: a coefficient that exceeds 32 of them or more is
 * above it. An even picture exceeds nothing anywhere: all its bits are 0.
 */
export const buildPerceptual64 = (): Graph => {
  const graph = new Graph("perceptual-64");
  const pixels = graph.input("pixels", "uint8", ["N", SIDE, SIDE, 3]);
  const luma = graph.constant("float", [3, 1], [0.299, 0.587, 0.114]);
  const gray = graph.op("Reshape", [
    graph.op("MatMul", [graph.toFloat(pixels), luma]),
    graph.list(-1, SIDE, SIDE),
  ]);

  const rows = cosines();
  const down = graph.constant("float", [FREQUENCIES, SIDE], rows.flat());
  const across = graph.constant(
    "float",
    [SIDE, FREQUENCIES],
    Array.from({ length: SIDE }, (_, column) => rows.map((row) => row[column] ?? 0)).flat(),
  );
  const coefficients = graph.op("MatMul", [graph.op("MatMul", [down, gray]), across]);

  const each = graph.op("Reshape", [coefficients, graph.list(-1, BITS, 1)]);
  const others = graph.op("Reshape", [coefficients, graph.list(-1, 1, BITS)]);
  const exceeded = graph.greater(each, graph.add(others, graph.scalar(NOISE)));
  const rank = graph.op("Reshape", [graph.reduce("ReduceSum", exceeded, 2), graph.list(-1, BITS)]);
  graph.greater(rank, graph.scalar(BITS / 2 - 0.5), "bits");
  graph.output("bits", ["N", BITS]);
  return graph;
};
