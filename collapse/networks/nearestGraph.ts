import { lazily, type Rows } from "./featureGraphs.ts";
import { Graph } from "./graph.ts";

/** Rows whose distances to all others are in memory at once: 16 MB of them for 8,000 others. */
const ROWS_AT_ONCE = 256;
/** Below this share of the squares that they are the difference of, distances are what rounding left. */
const ROUNDED = 1e-12;

/** For every row x the least |o|² − 2 x·o of all others o. */
function nearestGraph(): Graph {
  const graph = new Graph("double");
  const x = graph.input("x", ["n", "i"]);
  const [o, squares] = [graph.input("o", ["i", "m"]), graph.input("s", ["m"])];
  const distances = graph.op("Gemm", [x, o, squares]);
  graph.op("ReduceMin", [distances, graph.list(1)], { keepdims: 0 }, "least");
  graph.output("least", ["n"]);
  return graph;
}

const session = lazily(nearestGraph);

/** Rows to be near to, as the graph takes them. */
export interface Others {
  readonly rows: number;
  readonly width: number;
  /** −2 times their numbers, width × rows. */
  readonly columns: Float64Array;
  readonly squares: Float64Array;
}

export function othersOf({ rows, values }: Rows): Others {
  const width = rows === 0 ? 0 : values.length / rows;
  const columns = new Float64Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < width; at++) columns[at * rows + row] = -2 * (values[row * width + at] ?? 0);
  return { rows, width, columns, squares: squaresOf(values, rows, width) };
}

/**
 * The squared Euclidean distance of each row to the nearest of `others`; null where there is no runtime. A distance
 * that is only rounding is 0.
 */
export function nearestDistances(values: Float64Array, others: Others): Float64Array | null {
  const opened = session();
  if (opened === null) return null;
  const { width } = others;
  const rows = values.length / width;
  const nearest = squaresOf(values, rows, width);
  const o = { data: others.columns, dims: [width, others.rows] };
  const s = { data: others.squares, dims: [others.rows] };
  for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, rows - first);
    const x = { data: values.subarray(first * width, (first + count) * width), dims: [count, width] };
    const { least } = opened.run({ x, o, s });
    for (let row = 0; row < count; row++) {
      const square = nearest[first + row] ?? 0;
      const distance = square + (least?.data[row] ?? 0);
      nearest[first + row] = distance > ROUNDED * (1 + square) ? distance : 0;
    }
  }
  return nearest;
}

function squaresOf(values: Float64Array, rows: number, width: number): Float64Array {
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++)
    for (let at = row * width; at < (row + 1) * width; at++)
      squares[row] = (squares[row] ?? 0) + (values[at] ?? 0) ** 2;
  return squares;
}
