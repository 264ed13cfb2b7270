import type { Counted } from "./counted.ts";

/** Where the bins of an ordered variable lie, in its own unit. */
export interface Scale {
  /** Width that the difference of cumulative shares at each inner edge stands for, as `counted.below`. */
  readonly gaps: Float64Array;
  /** Standard deviation of the reference, its values taken at the middle of their bins; 0 where they are all one. */
  readonly sd: number;
  /** A value of each bin: the level, the middle of its edges, or the outermost edge. */
  readonly middle: Float64Array;
}

/** Places an ordered variable's bins on its axis. Open ends count as lying at the outermost edges. */
export function scaleOf(counted: Counted): Scale {
  const { variable } = counted;
  const middle =
    variable.kind === "number" ? middlesOf(variable.edges) : Float64Array.from(variable.levels, Number);
  const gaps =
    variable.kind === "number"
      ? trapezoids(variable.edges)
      : counted.below.map((_, level) => (middle[level + 1] ?? 0) - (middle[level] ?? 0));
  return { gaps, middle, sd: Math.sqrt(varianceOf(counted.share, middle)) };
}

function middlesOf(edges: Float64Array): Float64Array {
  const last = edges.length - 1;
  return Float64Array.from({ length: edges.length + 1 }, (_, bin) => {
    const low = edges[Math.max(0, bin - 1)] ?? 0;
    const high = edges[Math.min(last, bin)] ?? 0;
    return low + (high - low) / 2;
  });
}

/** ∫ f over the edges' span, f known at the edges: half of the distance between each edge's neighbors. */
function trapezoids(edges: Float64Array): Float64Array {
  const last = edges.length - 1;
  return edges.map((_, k) => ((edges[Math.min(last, k + 1)] ?? 0) - (edges[Math.max(0, k - 1)] ?? 0)) / 2);
}

/** Variance of `middle` under the shares; 0 where there are no rows. */
export function varianceOf(share: Float64Array, middle: Float64Array): number {
  let mean = 0;
  share.forEach((part, bin) => {
    mean += part * (middle[bin] ?? 0);
  });
  let sum = 0;
  share.forEach((part, bin) => {
    sum += part * ((middle[bin] ?? 0) - mean) ** 2;
  });
  return sum;
}
