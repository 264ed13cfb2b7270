import { Graph } from "./graph.ts";
import { seededRandom } from "./seededRandom.ts";

/** Buckets into which n-grams are hashed. */
export const BUCKETS = 2048;
const DIMENSIONS = 384;
const SEED = 384;

/**
 * `counts` [N, 2048] → `embedding` [N, 384] of unit length. The projection is Achlioptas' sparse random one
 * (entries −1, 0, 1 with odds 1 : 4 : 1; "Database-friendly random projections", 2003), which keeps angles
 * between count vectors. Its entries lie in the file as bytes 0, 1, 2: a quarter of the size of floats.
 */
export const buildLexical384 = (): Graph => {
  const graph = new Graph("lexical-384");
  const counts = graph.input("counts", "float", ["N", BUCKETS]);
  const random = seededRandom(SEED);
  const entries = Uint8Array.from({ length: BUCKETS * DIMENSIONS }, () => {
    const draw = random();
    return draw < 1 / 6 ? 0 : draw < 5 / 6 ? 1 : 2;
  });
  const stored = graph.toFloat(graph.constant("uint8", [BUCKETS, DIMENSIONS], entries));
  const projection = graph.subtract(stored, graph.scalar(1));
  graph.unitRows(graph.op("MatMul", [counts, projection]), 1, "embedding");
  graph.output("embedding", ["N", DIMENSIONS]);
  return graph;
};
