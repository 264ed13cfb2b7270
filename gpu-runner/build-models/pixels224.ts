import { Graph } from "./graph.ts";

/** Side of the pictures that vision-language-action models take, in pixels. */
export const SIDE = 224;

/**
 * `image` [N, 224, 224, 3] bytes → `pixels`, the same as floats from 0 to 255. The work is what comes before the
 * graph: decoding and resizing, for an edge that decodes no picture itself. Floats, because every execution
 * provider writes them.
 */
export const buildPixels224 = (): Graph => {
  const graph = new Graph("pixels-224");
  const image = graph.input("image", "uint8", ["N", SIDE, SIDE, 3]);
  graph.op("Add", [graph.toFloat(image), graph.scalar(0)], {}, "pixels");
  graph.output("pixels", ["N", SIDE, SIDE, 3]);
  return graph;
};
