import { codesOf, type NumberVariable } from "../contracts/columns.ts";
import { normalQuantile } from "../numerics/normal.ts";
import { columnScorer } from "./columnScorer.ts";
import type { SampledVariable } from "./variablesOf.ts";

/** Share of the reference between an outermost edge and the inner one that gives the slope beyond it. */
const SLOPE_SHARE = 0.025;

export interface NormalScores {
  readonly scores: Float64Array;
  readonly slopeBelow: number;
  readonly slopeAbove: number;
}

/**
 * The normal score at each edge: the quantile of the standard normal at the share of the reference below the edge and
 * half of that on it (van der Waerden 1952, mid-ranks), then moved and scaled so that the reference's sample has mean
 * 0 and standard deviation 1. Null where every value scores the same.
 */
export function normalScores({ variable, values, codes, middleShare }: SampledVariable): NormalScores | null {
  if (variable.kind !== "number" || !values || variable.edges.length === 0) return null;
  // Never 0 or 1: the outermost edges are values of the sample, and count half a row.
  const least = 0.5 / values.length;
  const scores = middleShare.map((share) => normalQuantile(Math.min(Math.max(share, least), 1 - least)));
  const slopes = outerSlopes(variable.edges, scores);
  const { mean, deviation } = momentsOf(
    variable,
    { scores, slopeBelow: slopes.below, slopeAbove: slopes.above },
    values,
    codes,
  );
  if (!(deviation > 1e-6)) return null;
  return {
    scores: scores.map((at) => (at - mean) / deviation),
    slopeBelow: slopes.below / deviation,
    slopeAbove: slopes.above / deviation,
  };
}

/** Mean and standard deviation of the scores of the rows that are not missing. */
function momentsOf(
  variable: NumberVariable,
  unscaled: NormalScores,
  values: Float64Array,
  codes: Uint16Array,
): { mean: number; deviation: number } {
  const scored = new Float64Array(codes.length);
  const inOrder = new Uint32Array(codes.length);
  for (let row = 0; row < inOrder.length; row++) inOrder[row] = row;
  columnScorer(variable, unscaled)(values, codes, inOrder, scored);
  const { bins } = codesOf(variable);
  let rows = 0;
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < codes.length; row++) {
    if ((codes[row] ?? 0) >= bins) continue;
    const score = scored[row] ?? 0;
    rows++;
    sum += score;
    squares += score * score;
  }
  const mean = sum / rows;
  return { mean, deviation: Math.sqrt(squares / rows - mean * mean) };
}

/** Score per unit of the value over the outer 2.5 % of the reference, on either side. */
function outerSlopes(edges: Float64Array, scores: Float64Array): { below: number; above: number } {
  const last = edges.length - 1;
  if (last < 1) return { below: 0, above: 0 };
  const inner = normalQuantile(SLOPE_SHARE);
  const low = Math.max(
    1,
    scores.findIndex((score) => score >= inner),
  );
  const high = Math.min(
    last - 1,
    scores.findLastIndex((score) => score <= -inner),
  );
  const slope = (a: number, b: number): number => {
    const between = ((scores[b] ?? 0) - (scores[a] ?? 0)) / ((edges[b] ?? 0) - (edges[a] ?? 0));
    return Number.isFinite(between) ? between : 0;
  };
  return { below: slope(0, low), above: slope(Math.max(high, 0), last) };
}
