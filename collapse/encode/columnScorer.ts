import { codesOf, type NumberVariable } from "../contracts/columns.ts";
import type { NormalScores } from "./normalScores.ts";
import { onScoreGrid } from "./score.ts";

/** Writes the normal score of each row's number, on the grid of scores, at the row's place. */
export type ColumnScorer = (
  column: Float64Array,
  codes: Uint16Array,
  places: Uint32Array,
  into: Float64Array,
) => void;

/**
 * The scorer of a number: linear between the scores of the edges about the value, and beyond the outermost ones. A
 * missing number scores 0, which is the reference's mean.
 */
export function columnScorer(variable: NumberVariable, normalScores: NormalScores): ColumnScorer {
  const { edges } = variable;
  const { bins } = codesOf(variable);
  const { scores } = normalScores;
  const slopes = binSlopes(edges, normalScores);
  return (column, codes, places, into) => {
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] ?? 0;
      const edge = code === 0 ? 0 : code - 1;
      const at = scores[edge] ?? 0;
      const score = at + ((column[row] ?? 0) - (edges[edge] ?? 0)) * (slopes[code] ?? 0);
      // Infinitely far, at no slope: as far as the edge.
      into[places[row] ?? 0] = code >= bins ? 0 : onScoreGrid(Number.isNaN(score) ? at : score);
    }
  };
}

/** Score per unit of the value in each bin: between the edges about it, and beyond the outermost ones. */
function binSlopes(edges: Float64Array, { scores, slopeBelow, slopeAbove }: NormalScores): Float64Array {
  const slopes = new Float64Array(edges.length + 1);
  slopes[0] = slopeBelow;
  for (let k = 0; k < edges.length; k++) {
    const next = edges[k + 1];
    const rise = ((scores[k + 1] ?? 0) - (scores[k] ?? 0)) / ((next ?? 0) - (edges[k] ?? 0));
    const slope = next === undefined ? slopeAbove : rise;
    slopes[k + 1] = Number.isFinite(slope) ? slope : 0;
  }
  return slopes;
}
