import type { Block } from "../contracts/columns.ts";
import { codesOf, type LevelVariable, type NumberVariable, type Variable } from "../contracts/columns.ts";
import { edgeCells } from "./edgeCells.ts";
import { partOf } from "./parts.ts";

/** Writes the code of each row of a column. */
export type Coder = (column: Block["columns"][number], rows: number, into: Uint16Array) => void;

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

/** Bins of numbers: the few edges in the value's cell are searched by halves. */
function numberCoder(variable: NumberVariable): TypedCoders {
  const { edges } = variable;
  const { bins, missing } = codesOf(variable);
  const first = edges[0] ?? 0;
  const last = edges[edges.length - 1] ?? 0;
  const { ofBits, low, scale, firstEdge } = edgeCells(edges);
  const ofNumbers = (column: Float64Array, rows: number, into: Uint16Array): void => {
    const words = new Int32Array(column.buffer, column.byteOffset, 2 * rows);
    for (let row = 0; row < rows; row++) {
      const value = column[row] ?? Number.NaN;
      if (value >= last) into[row] = bins - 1;
      else if (value < first) into[row] = 0;
      else if (Number.isNaN(value)) into[row] = missing;
      else {
        const place = ofBits ? (words[2 * row + 1] ?? 0) : value;
        const cell = ((place - low) * scale) | 0;
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

function levelCoder(variable: LevelVariable): TypedCoders {
  const { unseen, missing } = codesOf(variable);
  const codes = new Map(variable.levels.map((level, code) => [level, code]));
  const nearest = nearestLevel(variable);
  return {
    ofNumbers: (column, rows, into) => {
      // Runs of equal values are common in sorted files, and cost nothing to notice.
      let last = Number.NaN;
      let code = missing;
      for (let row = 0; row < rows; row++) {
        const value = column[row] ?? Number.NaN;
        if (value !== last) {
          last = value;
          code = Number.isNaN(value)
            ? missing
            : (codes.get(partOf(variable.part, value)) ?? nearest(value) ?? unseen);
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

/**
 * The code of the level next to a number that is none of them: noise on a count of rooms leaves it a count of rooms,
 * off its grid. Null beyond half a step outside of the levels, and where these are no numbers.
 */
function nearestLevel({ levels, part }: LevelVariable): (value: number) => number | null {
  const places = levels.filter((level) => typeof level === "number");
  const last = places.length - 1;
  if (part !== "value" || places.length < levels.length || last < 1) return () => null;
  const at = (code: number): number => places[code] ?? 0;
  const least = at(0) - (at(1) - at(0)) / 2;
  const most = at(last) + (at(last) - at(last - 1)) / 2;
  return (value) => {
    if (!(value >= least && value <= most)) return null;
    let above = 0;
    while (above < last && at(above) < value) above++;
    return above > 0 && value - at(above - 1) <= at(above) - value ? above - 1 : above;
  };
}
