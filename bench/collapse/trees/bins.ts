import type { Points } from "../points.ts";

/** Points whose axes are cut into at most 64 classes, as trees look for splits between classes. */
export interface BinnedPoints {
  readonly rows: number;
  readonly width: number;
  /** Axis by axis: class of each row. */
  readonly classes: readonly Uint8Array[];
  /** Of each axis the ascending cuts; a value belongs to class k, where k cuts are less than or equal to it. */
  readonly cuts: readonly Float64Array[];
}

const CLASSES = 64;

/** Cuts each axis at quantiles of the points themselves. */
export function binPoints(points: Points): BinnedPoints {
  const { rows, width, values } = points;
  const cuts: Float64Array[] = [];
  const classes: Uint8Array[] = [];
  for (let axis = 0; axis < width; axis++) {
    const column = new Float64Array(rows).map((_, row) => values[row * width + axis] ?? 0);
    const own = quantileCuts(column.slice().sort());
    cuts.push(own);
    classes.push(Uint8Array.from(column, (value) => classOf(value, own)));
  }
  return { rows, width, classes, cuts };
}

function quantileCuts(sorted: Float64Array): Float64Array {
  const cuts: number[] = [];
  for (let cut = 1; cut < CLASSES; cut++) {
    const value = sorted[Math.floor((cut / CLASSES) * sorted.length)] ?? 0;
    if (value > (cuts.at(-1) ?? sorted[0] ?? 0)) cuts.push(value);
  }
  return Float64Array.from(cuts);
}

function classOf(value: number, cuts: Float64Array): number {
  let low = 0;
  for (let high = cuts.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((cuts[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
