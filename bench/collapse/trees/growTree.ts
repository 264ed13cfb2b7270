import type { Random } from "../../../collapse/numerics/random.ts";
import type { Points } from "../points.ts";
import type { BinnedPoints } from "./bins.ts";

/** A regression tree of several outputs; node 0 is the root. */
export interface Tree {
  readonly outputs: number;
  /** Of each node its axis, or -1 at a leaf; a value below `cut` goes to `child`, else to the node after it. */
  readonly axis: readonly number[];
  readonly cut: readonly number[];
  readonly child: readonly number[];
  /** Means of the outputs, node by node. */
  readonly means: readonly number[];
}

/** What a tree learns from, and how far it goes. */
export interface Growth {
  readonly points: BinnedPoints;
  /** rows × outputs. */
  readonly targets: Float64Array;
  readonly outputs: number;
  readonly depth: number;
  readonly minLeaf: number;
  /** Axes that each split may choose from. */
  readonly axesTried: number;
}

interface Split {
  readonly axis: number;
  readonly classes: number;
}

/** Grows a tree on those rows (an index may come twice) by least squares (Breiman et al. 1984). */
export function growTree(growth: Growth, rows: Uint32Array, random: Random): Tree {
  const { points, outputs } = growth;
  const own = rows.slice();
  const tree = { outputs, axis: [-1], cut: [0], child: [0], means: [] as number[] };
  const open = [{ node: 0, from: 0, to: own.length, depth: 0 }];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    const members = own.subarray(at.from, at.to);
    const sums = sumsOf(growth, members);
    for (let output = 0; output < outputs; output++)
      tree.means[at.node * outputs + output] = (sums[output] ?? 0) / Math.max(1, members.length);
    if (at.depth >= growth.depth || members.length < 2 * growth.minLeaf) continue;
    const split = bestSplit(growth, members, sums, random);
    if (split === null) continue;
    const middle =
      at.from + partition(members, points.classes[split.axis] ?? new Uint8Array(), split.classes);
    const left = tree.axis.length;
    tree.axis[at.node] = split.axis;
    tree.cut[at.node] = points.cuts[split.axis]?.[split.classes - 1] ?? 0;
    tree.child[at.node] = left;
    tree.axis.push(-1, -1);
    tree.cut.push(0, 0);
    tree.child.push(0, 0);
    open.push({ node: left, from: at.from, to: middle, depth: at.depth + 1 });
    open.push({ node: left + 1, from: middle, to: at.to, depth: at.depth + 1 });
  }
  return tree;
}

/** The leaf that a row of those points falls into. */
export function leafOf(tree: Tree, points: Points, row: number): number {
  let node = 0;
  for (let axis = tree.axis[0] ?? -1; axis >= 0; axis = tree.axis[node] ?? -1) {
    const value = points.values[row * points.width + axis] ?? 0;
    node = (tree.child[node] ?? 0) + (value < (tree.cut[node] ?? 0) ? 0 : 1);
  }
  return node;
}

function sumsOf({ targets, outputs }: Growth, rows: Uint32Array): Float64Array {
  const sums = new Float64Array(outputs);
  for (const row of rows)
    for (let output = 0; output < outputs; output++)
      sums[output] = (sums[output] ?? 0) + (targets[row * outputs + output] ?? 0);
  return sums;
}

/** The split that leaves the least squares, among some axes: the greatest Σ sum²/rows of both sides. */
function bestSplit(growth: Growth, rows: Uint32Array, sums: Float64Array, random: Random): Split | null {
  const { points, outputs, minLeaf, axesTried } = growth;
  let best: Split | null = null;
  let most = sums.reduce((total, sum) => total + sum * sum, 0) / rows.length + 1e-9;
  for (const axis of someAxes(points.width, axesTried, random)) {
    const size = (points.cuts[axis]?.length ?? 0) + 1;
    if (size === 1) continue;
    const { counts, totals } = histogram(growth, rows, axis, size);
    const left = new Float64Array(outputs);
    let leftRows = 0;
    for (let classes = 1; classes < size; classes++) {
      leftRows += counts[classes - 1] ?? 0;
      let gain = 0;
      let other = 0;
      for (let output = 0; output < outputs; output++) {
        const sum = (left[output] ?? 0) + (totals[(classes - 1) * outputs + output] ?? 0);
        left[output] = sum;
        gain += sum * sum;
        other += ((sums[output] ?? 0) - sum) ** 2;
      }
      if (leftRows < minLeaf || rows.length - leftRows < minLeaf) continue;
      const score = gain / leftRows + other / (rows.length - leftRows);
      if (score <= most) continue;
      most = score;
      best = { axis, classes };
    }
  }
  return best;
}

function histogram(
  { points, targets, outputs }: Growth,
  rows: Uint32Array,
  axis: number,
  size: number,
): { counts: Float64Array; totals: Float64Array } {
  const classes = points.classes[axis] ?? new Uint8Array();
  const counts = new Float64Array(size);
  const totals = new Float64Array(size * outputs);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0;
    const of = classes[row] ?? 0;
    counts[of] = (counts[of] ?? 0) + 1;
    for (let output = 0; output < outputs; output++) {
      const at = of * outputs + output;
      totals[at] = (totals[at] ?? 0) + (targets[row * outputs + output] ?? 0);
    }
  }
  return { counts, totals };
}

function someAxes(width: number, count: number, random: Random): number[] {
  const axes = Array.from({ length: width }, (_, axis) => axis);
  if (count >= width) return axes;
  for (let at = 0; at < count; at++) {
    const other = at + random.whole(width - at);
    const kept = axes[at] ?? 0;
    axes[at] = axes[other] ?? 0;
    axes[other] = kept;
  }
  return axes.slice(0, count);
}

/** Brings the rows of the lower classes to the front, in their order, and says how many they are. */
function partition(rows: Uint32Array, classes: Uint8Array, below: number): number {
  const upper = new Uint32Array(rows.length);
  let lower = 0;
  let kept = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    if ((classes[row] ?? 0) < below) rows[lower++] = row;
    else upper[kept++] = row;
  }
  rows.set(upper.subarray(0, kept), lower);
  return lower;
}
