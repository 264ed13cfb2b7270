import type { Frame, RowSample } from "../contracts/aggregates.ts";
import { codesOf, type Variable } from "../contracts/columns.ts";

const BINS = 16;
const MOST_LEVELS = 64;

/** A variable in few states; what was never seen and what is missing are states of their own. */
export interface States {
  readonly count: number;
  /** Of each code of the variable its state. */
  readonly ofCode: Uint8Array;
}

/** Numbers fall into 16 bins of as many reference rows, where ties allow; levels beyond the 64th are one. */
export function statesOf(variable: Variable): States {
  const { bins, unseen, missing, size } = codesOf(variable);
  const ofCode = new Uint8Array(size);
  for (let code = 0; code < bins; code++) ofCode[code] = stateOf(variable, code);
  const known = new Map([...new Set(ofCode.subarray(0, bins))].map((state, place) => [state, place]));
  for (let code = 0; code < bins; code++) ofCode[code] = known.get(ofCode[code] ?? 0) ?? 0;
  ofCode[unseen] = known.size;
  ofCode[missing] = known.size + 1;
  return { count: known.size + 2, ofCode };
}

function stateOf(variable: Variable, code: number): number {
  if (variable.kind === "level") return Math.min(code, MOST_LEVELS - 1);
  const below = code === 0 ? 0 : (variable.shareBelow[code - 1] ?? 0);
  return Math.min(BINS - 1, Math.floor(BINS * below));
}

/** Of each variable the state of each row of a sample. */
export function statesOfRows(
  frame: Frame,
  states: readonly States[],
  sample: RowSample,
): readonly Uint8Array[] {
  return frame.variables.map((_, variable) => {
    const codes = sample.codes[variable] ?? new Uint16Array(sample.rows);
    const ofCode = states[variable]?.ofCode;
    return Uint8Array.from(codes, (code) => ofCode?.[code] ?? 0);
  });
}
