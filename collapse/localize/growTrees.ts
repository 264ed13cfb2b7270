import type { Random } from "../numerics/random.ts";
import { shuffledIndices } from "../numerics/random.ts";
import { BINS, type Bins } from "./binRows.ts";

/** Of the module itself: a loop over rows must not look it up in another. */
const CELLS = BINS;

/** Trees of a model, the cuts of each, and how much of what a tree learns is kept. */
const TREES = 64;
const DEPTH = 6;
const RATE = 0.2;
/** Weight that a leaf is pulled to 0 with, in rows' worth of curvature. */
const PULL = 4;
/** Variables that a tree may cut: half of them, and no fewer than this. */
const LEAST_TRIED = 6;

/**
 * Trees whose cuts are the same across a level: a row's leaf is as many bits as there are levels. The score is the
 * sum of its leaves, a log odds.
 */
export interface Trees {
  /** Of each cut the variable, and the last bin below it: trees × depth. */
  readonly variables: Uint16Array;
  readonly cuts: Uint8Array;
  /** Trees × 2^depth. */
  readonly leaves: Float64Array;
}

/**
 * Gradient boosting (Friedman 2001) of oblivious trees (Kohavi 1994; Prokhorenkova and others 2018) by second-order
 * steps of the logistic loss: tells rows of `isOther` 1 from those of 0, either side weighing one half.
 */
export function growTrees(bins: Bins, isOther: Uint8Array, random: Random): Trees {
  const rows = isOther.length;
  const weights = sideWeights(isOther);
  const scores = new Float64Array(rows);
  const trees = {
    variables: new Uint16Array(TREES * DEPTH),
    cuts: new Uint8Array(TREES * DEPTH),
    leaves: new Float64Array(TREES << DEPTH),
  };
  const slopes = new Float64Array(rows);
  const curves = new Float64Array(rows);
  for (let tree = 0; tree < TREES; tree++) {
    for (let row = 0; row < rows; row++) {
      const share = 1 / (1 + Math.exp(-(scores[row] ?? 0)));
      const weight = weights[row] ?? 0;
      slopes[row] = weight * ((isOther[row] ?? 0) - share);
      curves[row] = weight * share * (1 - share);
    }
    growTree({ bins, slopes, curves }, trees, tree, scores, random);
  }
  return trees;
}

/** Rows of the rarer side weigh more; a row weighs 1 on average. */
function sideWeights(isOther: Uint8Array): Float64Array {
  const others = isOther.reduce((sum, is) => sum + is, 0);
  const half = isOther.length / 2;
  return Float64Array.from(isOther, (is) => half / Math.max(1, is === 1 ? others : isOther.length - others));
}

interface Steps {
  readonly bins: Bins;
  readonly slopes: Float64Array;
  readonly curves: Float64Array;
}

function growTree(steps: Steps, trees: Trees, tree: number, scores: Float64Array, random: Random): void {
  const rows = scores.length;
  const tried = shuffledIndices(steps.bins.length, random).subarray(
    0,
    Math.max(LEAST_TRIED, Math.ceil(steps.bins.length / 2)),
  );
  const leaf = new Uint8Array(rows);
  for (let level = 0; level < DEPTH; level++) {
    const { variable, cut } = bestCut(steps, leaf, 1 << level, tried);
    trees.variables[tree * DEPTH + level] = variable;
    trees.cuts[tree * DEPTH + level] = cut;
    addBit(leaf, steps.bins[variable] ?? leaf, cut, level);
  }
  const sums = new Float64Array(1 << DEPTH);
  const curvature = new Float64Array(1 << DEPTH);
  for (let row = 0; row < rows; row++) {
    const at = leaf[row] ?? 0;
    sums[at] = (sums[at] ?? 0) + (steps.slopes[row] ?? 0);
    curvature[at] = (curvature[at] ?? 0) + (steps.curves[row] ?? 0);
  }
  const leaves = trees.leaves.subarray(tree << DEPTH, (tree + 1) << DEPTH);
  for (let at = 0; at < leaves.length; at++)
    leaves[at] = (RATE * (sums[at] ?? 0)) / ((curvature[at] ?? 0) + PULL);
  for (let row = 0; row < rows; row++) scores[row] = (scores[row] ?? 0) + (leaves[leaf[row] ?? 0] ?? 0);
}

/** The cut that gains most over all leaves of the level together. */
function bestCut(
  { bins, slopes, curves }: Steps,
  leaf: Uint8Array,
  leaves: number,
  tried: Uint32Array,
): { variable: number; cut: number } {
  const sums = new Float64Array(2 * leaves * CELLS);
  const best = { variable: tried[0] ?? 0, cut: CELLS - 1 };
  let most = Number.NEGATIVE_INFINITY;
  for (const variable of tried) {
    const ofRows = bins[variable];
    if (!ofRows) continue;
    sums.fill(0);
    for (let row = 0; row < leaf.length; row++) {
      const at = 2 * ((leaf[row] ?? 0) * CELLS + (ofRows[row] ?? 0));
      sums[at] = (sums[at] ?? 0) + (slopes[row] ?? 0);
      sums[at + 1] = (sums[at + 1] ?? 0) + (curves[row] ?? 0);
    }
    const gains = gainsOf(sums, leaves);
    for (let cut = 0; cut < CELLS - 1; cut++) {
      if (!((gains[cut] ?? 0) > most)) continue;
      most = gains[cut] ?? 0;
      best.variable = variable;
      best.cut = cut;
    }
  }
  return best;
}

/** Of each cut the sum over leaves and sides of slope² / (curvature + pull). */
function gainsOf(sums: Float64Array, leaves: number): Float64Array {
  const gains = new Float64Array(CELLS);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const from = 2 * leaf * CELLS;
    let [slope, curve] = [0, 0];
    for (let bin = 0; bin < CELLS; bin++) {
      slope += sums[from + 2 * bin] ?? 0;
      curve += sums[from + 2 * bin + 1] ?? 0;
    }
    if (curve === 0) continue;
    let [below, curveBelow] = [0, 0];
    for (let cut = 0; cut < CELLS; cut++) {
      below += sums[from + 2 * cut] ?? 0;
      curveBelow += sums[from + 2 * cut + 1] ?? 0;
      const above = slope - below;
      gains[cut] =
        (gains[cut] ?? 0) + below ** 2 / (curveBelow + PULL) + above ** 2 / (curve - curveBelow + PULL);
    }
  }
  return gains;
}

function addBit(leaf: Uint8Array, bins: Uint8Array, cut: number, level: number): void {
  const bit = 1 << level;
  for (let row = 0; row < leaf.length; row++) if ((bins[row] ?? 0) > cut) leaf[row] = (leaf[row] ?? 0) | bit;
}

/** The score of each row: above 0 it is more like the other side. */
export function scoreTrees({ variables, cuts, leaves }: Trees, bins: Bins, rows: number): Float64Array {
  const scores = new Float64Array(rows);
  const none = new Uint8Array(rows);
  for (let tree = 0; tree < TREES; tree++) {
    const at = tree * DEPTH;
    const ofTree = Array.from({ length: DEPTH }, (_, level) => bins[variables[at + level] ?? 0] ?? none);
    addLeaves(
      ofTree,
      cuts.subarray(at, at + DEPTH),
      leaves.subarray(tree << DEPTH, (tree + 1) << DEPTH),
      scores,
    );
  }
  return scores;
}

/** One pass for all six levels, without a branch: each bit of the leaf is the sign of cut − bin. */
function addLeaves(
  [b0 = NO_BINS, b1 = NO_BINS, b2 = NO_BINS, b3 = NO_BINS, b4 = NO_BINS, b5 = NO_BINS]: readonly Uint8Array[],
  [c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0]: Uint8Array,
  leaves: Float64Array,
  scores: Float64Array,
): void {
  for (let row = 0; row < scores.length; row++) {
    const leaf =
      ((c0 - (b0[row] ?? 0)) >>> 31) |
      (((c1 - (b1[row] ?? 0)) >>> 31) << 1) |
      (((c2 - (b2[row] ?? 0)) >>> 31) << 2) |
      (((c3 - (b3[row] ?? 0)) >>> 31) << 3) |
      (((c4 - (b4[row] ?? 0)) >>> 31) << 4) |
      (((c5 - (b5[row] ?? 0)) >>> 31) << 5);
    scores[row] = (scores[row] ?? 0) + (leaves[leaf] ?? 0);
  }
}

const NO_BINS = new Uint8Array(0);
