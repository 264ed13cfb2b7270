import type { Block } from "../contracts/columns.ts";
import { codesOf, type LevelVariable, type NumberVariable, type Variable } from "../contracts/columns.ts";
import { partOf } from "./parts.ts";

/** Writes the code of each row of a column. */
export type Coder = (column: Block["columns"][number], rows: number, into: Uint16Array) => void;

/** Cells of the table that replaces most of a search among the edges. */
const CELLS = 16_384;

/** The coder of a variable; a column of another type than the variable's is missing in every row. */
export function coderOf(variable: Variable): Coder {
  const { missing } = codesOf(variable);
  const { ofNumbers, ofStrings } = variable.kind === "number" ? numberCoder(variable) : levelCoder(variable);
  return (column, rows, into) => {
    if (column instanceof Float64Array) ofNumbers(column, rows, into);
    else if (column) ofStrings(column, rows, into);
    else into.fill(missing, 0, rows);
  };
}

interface TypedCoders {
  ofNumbers(column: Float64Array, rows: number, into: Uint16Array): void;
  ofStrings(column: readonly (string | null)[], rows: number, into: Uint16Array): void;
}

/**
 * Bins of numbers. The span of the edges is cut into equal cells; the cell of a value, computed as the edges' own
 * cells were, leaves the few edges of that cell to be searched. A rounded product never decreases with its factor,
 * so an edge of a lower cell is less than the value, whatever was rounded.
 */
function numberCoder(variable: NumberVariable): TypedCoders {
  const { edges } = variable;
  const { bins, missing } = codesOf(variable);
  const low = edges[0] ?? 0;
  const high = edges[edges.length - 1] ?? 0;
  const span = high - low;
  const scale = Number.isFinite(span) && span > 0 && Number.isFinite(CELLS / span) ? CELLS / span : 0;
  const firstEdge = cellStarts(edges, low, scale);
  const ofNumbers = (column: Float64Array, rows: number, into: Uint16Array): void => {
    for (let row = 0; row < rows; row++) {
      const value = column[row] ?? Number.NaN;
      if (value >= high) into[row] = bins - 1;
      else if (value < low) into[row] = 0;
      else if (Number.isNaN(value)) into[row] = missing;
      else {
        const cell = ((value - low) * scale) | 0;
        let from = firstEdge[cell] ?? 0;
        let to = firstEdge[cell + 1] ?? 0;
        while (from < to) {
          const middle = (from + to) >> 1;
          if ((edges[middle] ?? 0) <= value) from = middle + 1;
          else to = middle;
        }
        into[row] = from;
      }
    }
  };
  return {
    // Without an edge there is one bin, for whatever is not missing.
    ofNumbers:
      edges.length === 0 ? (column, rows, into) => codeOneBin(column, rows, into, missing) : ofNumbers,
    ofStrings: (_, rows, into) => into.fill(missing, 0, rows),
  };
}

function codeOneBin(column: Float64Array, rows: number, into: Uint16Array, missing: number): void {
  for (let row = 0; row < rows; row++) into[row] = Number.isNaN(column[row] ?? Number.NaN) ? missing : 0;
}

/** Of each cell the edges in lower cells; one more for the end. */
function cellStarts(edges: Float64Array, low: number, scale: number): Uint16Array {
  const starts = new Uint16Array(CELLS + 2);
  for (const edge of edges) {
    const after = (((edge - low) * scale) | 0) + 1;
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let cell = 1; cell < starts.length; cell++)
    starts[cell] = (starts[cell] ?? 0) + (starts[cell - 1] ?? 0);
  return starts;
}

function levelCoder(variable: LevelVariable): TypedCoders {
  const { unseen, missing } = codesOf(variable);
  const codes = new Map(variable.levels.map((level, code) => [level, code]));
  return {
    ofNumbers: (column, rows, into) => {
      // Runs of equal values are common in sorted files, and cost nothing to notice.
      let last = Number.NaN;
      let code = missing;
      for (let row = 0; row < rows; row++) {
        const value = column[row] ?? Number.NaN;
        if (value !== last) {
          last = value;
          code = Number.isNaN(value) ? missing : (codes.get(partOf(variable.part, value)) ?? unseen);
        }
        into[row] = code;
      }
    },
    ofStrings: (column, rows, into) => {
      for (let row = 0; row < rows; row++) {
        const value = column[row] ?? null;
        into[row] = value === null ? missing : (codes.get(value) ?? unseen);
      }
    },
  };
}
