import { PAIR_CLASSES } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";
import type { SampledVariable } from "./variablesOf.ts";

const REST = PAIR_CLASSES - 1;

/**
 * Class of each code in a pair: of numbers the eighth of the reference that the middle of the bin lies in, of levels
 * the seven most frequent and the rest; the last class is for the missing and the unseen.
 */
export function classesOf({ variable, counts }: SampledVariable): Uint8Array {
  const { bins, size } = codesOf(variable);
  const classes = new Uint8Array(size).fill(REST);
  if (variable.kind === "level") {
    const byRows = Array.from({ length: bins }, (_, code) => code).sort(
      (a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b,
    );
    byRows.forEach((code, rank) => {
      classes[code] = Math.min(rank, REST - 1);
    });
    return classes;
  }
  const present = counts.subarray(0, bins).reduce((sum, rows) => sum + rows, 0);
  let below = 0;
  for (let code = 0; code < bins; code++) {
    const rows = counts[code] ?? 0;
    classes[code] = Math.min(REST - 1, Math.floor((REST * (below + rows / 2)) / Math.max(present, 1)));
    below += rows;
  }
  return classes;
}

/** The class of each row, of the classes of the codes. */
export function classesAt(codes: Uint16Array, classes: Uint8Array): Uint8Array {
  const found = new Uint8Array(codes.length);
  for (let row = 0; row < found.length; row++) found[row] = classes[codes[row] ?? 0] ?? 0;
  return found;
}
