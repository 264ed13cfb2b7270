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

/**
 * Numbers fall into 16 bins of as many judging rows, where ties allow; what lies below or above all of these is a state
 * of its own on either side: a model that expects it there expects less of what is real. Levels beyond the 64th are
 * one. Bins of all reference rows would not do: what the judging half has more of in a bin the training half would have
 * less of.
 */
export function statesOf(variable: Variable, codes: Uint16Array, judging: Uint32Array): States {
  const { bins, unseen, missing, size } = codesOf(variable);
  const ofCode = new Uint8Array(size);
  const shareBelow = sharesBelow(codes, judging, bins);
  for (let code = 0; code < bins; code++)
    ofCode[code] = variable.kind === "level" ? Math.min(code, MOST_LEVELS - 1) : binOf(code, shareBelow);
  const known = new Map([...new Set(ofCode.subarray(0, bins))].map((state, place) => [state, place]));
  for (let code = 0; code < bins; code++) ofCode[code] = known.get(ofCode[code] ?? 0) ?? 0;
  ofCode[unseen] = known.size;
  ofCode[missing] = known.size + 1;
  return { count: known.size + 2, ofCode };
}

/** 1 to 16 within the judging rows, 0 below and 17 above them. `shareBelow` has one more, for the end. */
function binOf(code: number, shareBelow: Float64Array): number {
  const share = shareBelow[code] ?? 0;
  if ((shareBelow[code + 1] ?? 0) === 0) return 0;
  return share >= 1 ? BINS + 1 : 1 + Math.min(BINS - 1, Math.floor(BINS * share));
}

/** Of each bin the share of the rows, of those that have a value, that lie in lower bins; then 1. */
function sharesBelow(codes: Uint16Array, rows: Uint32Array, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  let total = 0;
  for (const row of rows) {
    const code = codes[row] ?? 0;
    if (code >= bins) continue;
    counts[code] = (counts[code] ?? 0) + 1;
    total++;
  }
  let below = 0;
  return Float64Array.of(...counts, 0).map((count) => {
    const share = below / Math.max(1, total);
    below += count;
    return share;
  });
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
