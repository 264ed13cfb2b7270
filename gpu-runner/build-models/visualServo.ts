import { Graph } from "./graph.ts";

/** Side of the square into which the camera image is fitted, in pixels. */
export const SIDE = 96;
/** Side of the map on which objects are told apart. */
const MAP = SIDE / 2;
/** Numbers of a target color; preprocess/targetColor.ts fills them. */
export const TARGET_LENGTH = 9;

/** The camera model: an image's longer side shows this much of the plane in which the arm moves, in meters. */
export const VIEW_WIDTH_M = 0.4;
/** Longest step, in meters: inside the envelope of arms controlled at up to 50 Hz. */
export const MAX_STEP_M = 0.008;
/** An object closer to the image's center than this is reached, in meters. */
export const TOLERANCE_M = 0.006;
/** Share of the remaining distance that one step covers: converges even where the view is a third as wide. */
const GAIN = 0.6;
const CHUNK = 8;

/** Least match at the object's heart, and least area in map pixels, for it to count as seen. */
const MIN_MATCH = 0.35;
const MIN_AREA = 1.5;
/** Rounds of growing by one map pixel: an object as wide as the image is covered from its middle. */
const GROWTH = MAP / 2;

/** How steeply saturation and value fall off at the color's bounds. */
const SATURATION_EDGE = 30;
const VALUE_EDGE = 40;

/** `pixels` [1, 96, 96, 4] bytes and `target` → match of every pixel with the color, 0 to 1: [1, 1, 96, 96]. */
const matchColor = (graph: Graph, pixels: string, target: string): string => {
  const planes = graph.op("Transpose", [graph.toFloat(pixels)], { perm: [0, 3, 1, 2] });
  const rgba = graph.multiply(planes, graph.scalar(1 / 255));
  const rgb = graph.slice(rgba, 1, 0, 3);
  const opacity = graph.slice(rgba, 1, 3, 4);
  const tint = graph.op("Reshape", [target, graph.list(1, TARGET_LENGTH, 1, 1)]);
  const part = (index: number): string => graph.slice(tint, 1, index, index + 1);
  const above = (value: string, bound: string, edge: string): string =>
    graph.op("Sigmoid", [graph.multiply(graph.subtract(value, bound), edge)]);

  const value = graph.reduce("ReduceMax", rgb, 1);
  const chroma = graph.subtract(value, graph.reduce("ReduceMin", rgb, 1));
  const saturation = graph.divide(chroma, graph.add(value, graph.scalar(0.01)));
  // The hue as a direction in the plane across the gray axis: no seam at red, no branch.
  const root = Math.sqrt(3) / 2;
  const toHue = graph.constant("float", [2, 3, 1, 1], [1, -0.5, -0.5, 0, root, -root]);
  const hue = graph.unitRows(graph.op("Conv", [rgb, toHue]), 1);
  const alike = graph.reduce("ReduceSum", graph.multiply(hue, graph.slice(tint, 1, 1, 3)), 1);

  const saturationEdge = graph.scalar(SATURATION_EDGE);
  const valueEdge = graph.scalar(VALUE_EDGE);
  return graph.product(
    part(0),
    opacity,
    above(alike, part(3), part(4)),
    above(saturation, part(5), saturationEdge),
    above(part(6), saturation, saturationEdge),
    above(value, part(7), valueEdge),
    above(part(8), value, valueEdge),
  );
};

const gridPosition = (index: number): number => (2 * index + 1) / MAP - 1;

/** The match map smoothed by a tent five pixels wide and leaning slightly to the middle: its peak is the seed. */
const scoreHearts = (graph: Graph, map: string): string => {
  const tent = [1, 2, 3, 2, 1];
  const kernel = tent.flatMap((a) => tent.map((b) => (a * b) / 81));
  const smooth = graph.op("Conv", [map, graph.constant("float", [1, 1, 5, 5], kernel)], {
    pads: [2, 2, 2, 2],
  });
  const lean = Array.from({ length: MAP * MAP }, (_, index) => {
    const x = gridPosition(index % MAP);
    const y = gridPosition(Math.floor(index / MAP));
    return 1 - 0.15 * (x * x + y * y);
  });
  return graph.multiply(smooth, graph.constant("float", [1, 1, MAP, MAP], lean));
};

/** The one object to go to: where the match is best, grown over what touches it and matches too. */
const growObject = (graph: Graph, map: string): { object: string; peak: string } => {
  const score = scoreHearts(graph, map);
  const peak = graph.reduce("ReduceMax", score, 2, 3);
  const matching = graph.greater(map, graph.scalar(0.3));
  let region = graph.multiply(graph.greater(score, graph.multiply(peak, graph.scalar(0.999))), matching);
  for (let round = 0; round < GROWTH; round++) {
    const grown = graph.op("MaxPool", [region], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    region = graph.multiply(grown, matching);
  }
  return { object: graph.multiply(region, map), peak };
};

/** Centroid of the object from the image's center, in meters [1, 2]: x right, y down; and 1 if it is seen, else 0 [1, 1]. */
const locate = (graph: Graph, map: string): { offset: string; seen: string } => {
  const { object, peak } = growObject(graph, map);
  const area = graph.reduce("ReduceSum", object, 2, 3);
  const positions = Array.from({ length: MAP * MAP * 2 }, (_, index) => {
    const pixel = index % (MAP * MAP);
    const across = index < MAP * MAP ? pixel % MAP : Math.floor(pixel / MAP);
    return (gridPosition(across) * VIEW_WIDTH_M) / 2;
  });
  const moments = graph.multiply(object, graph.constant("float", [1, 2, MAP, MAP], positions));
  const centroid = graph.divide(
    graph.reduce("ReduceSum", moments, 2, 3),
    graph.add(area, graph.scalar(1e-6)),
  );
  const seen = graph.multiply(
    graph.greater(area, graph.scalar(MIN_AREA)),
    graph.greater(peak, graph.scalar(MIN_MATCH)),
  );
  return {
    offset: graph.op("Reshape", [centroid, graph.list(1, 2)]),
    seen: graph.op("Reshape", [seen, graph.list(1, 1)]),
  };
};

/** Lengths of the chunk's steps [1, 8, 1]: each a share of what the ones before it left, none longer than allowed. */
const planSteps = (graph: Graph, distance: string): string => {
  const lengths: string[] = [];
  let remaining = distance;
  for (let step = 0; step < CHUNK; step++) {
    const wanted = graph.multiply(remaining, graph.scalar(GAIN));
    const length = graph.op("Clip", [wanted, graph.scalar(0), graph.scalar(MAX_STEP_M)]);
    remaining = graph.subtract(remaining, length);
    lengths.push(length);
  }
  return graph.op("Reshape", [graph.op("Concat", lengths, { axis: 1 }), graph.list(1, CHUNK, 1)]);
};

/**
 * `pixels` [1, 96, 96, 4] bytes, `target` [1, 9] → `actions` [1, 8, 7]: metric steps in the camera's frame
 * (Δx right, Δy down in the image plane, in meters; Δz and rotations 0; gripper 1 open, 0 closed) that bring
 * the object of the target color to the center of the image. All steps are 0 when it is there or not to be
 * seen. The gripper closes only when the image shows the object at the center, never ahead of a look.
 */
export const buildVisualServo = (): Graph => {
  const graph = new Graph("visual-servo");
  const pixels = graph.input("pixels", "uint8", [1, SIDE, SIDE, 4]);
  const target = graph.input("target", "float", [1, TARGET_LENGTH]);
  const match = matchColor(graph, pixels, target);
  const map = graph.op("AveragePool", [match], { kernel_shape: [2, 2], strides: [2, 2] });
  const { offset, seen } = locate(graph, map);

  const distance = graph.op("Sqrt", [
    graph.add(graph.reduce("ReduceSumSquare", offset, 1), graph.scalar(1e-12)),
  ]);
  const away = graph.greater(distance, graph.scalar(TOLERANCE_M));
  const direction = graph.multiply(graph.divide(offset, distance), graph.multiply(seen, away));
  const heading = graph.op("Concat", [direction, graph.constant("float", [1, 5], [0, 0, 0, 0, 0])], {
    axis: 1,
  });
  const motion = graph.multiply(
    planSteps(graph, distance),
    graph.op("Reshape", [heading, graph.list(1, 1, 7)]),
  );

  const one = graph.scalar(1);
  const open = graph.subtract(one, graph.multiply(seen, graph.subtract(one, away)));
  const onlyGripper = graph.constant("float", [1, 1, 7], [0, 0, 0, 0, 0, 0, 1]);
  const gripper = graph.multiply(graph.op("Reshape", [open, graph.list(1, 1, 1)]), onlyGripper);
  graph.op("Add", [motion, gripper], {}, "actions");
  graph.output("actions", [1, CHUNK, 7]);
  return graph;
};
