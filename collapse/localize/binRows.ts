import type { Frame, Summary } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";

/** Bins of a variable that trees may cut between. */
export const BINS = 64;

/** Of each variable the bin of each row. */
export type Bins = readonly Uint8Array[];

/** Of each variable the bin of each code. */
export type BinTables = readonly Uint8Array[];

/** The last bins: rare levels with those never seen, and what is missing. */
const [INSIDE, RARE, MISSING] = [BINS - 2, BINS - 2, BINS - 1];

/**
 * Bins that trees cut between, of the codes that the frame counts: numbers in 62 runs of neighboring codes, the
 * first 61 levels each and the rest together, and what is missing. Levels of a single real row share a bin with those
 * never seen: of fresh real rows as many have a new level as of the known ones have one of their own (Good 1953), and
 * no real row that calibrates could else be as odd as a fresh one.
 */
export const binTables = (frame: Frame, reference: Summary): BinTables =>
  frame.variables.map((variable, index) =>
    variable.kind === "number"
      ? numberBins(codesOf(variable))
      : levelBins(codesOf(variable), rowsPerCode(reference, index, codesOf(variable).size)),
  );

type Codes = ReturnType<typeof codesOf>;

function numberBins({ bins, unseen, missing, size }: Codes): Uint8Array {
  const table = new Uint8Array(size);
  for (let code = 0; code < bins; code++)
    table[code] = bins <= INSIDE ? code : Math.floor((code * INSIDE) / bins);
  table[unseen] = RARE;
  table[missing] = MISSING;
  return table;
}

function levelBins({ bins, missing, size }: Codes, rows: Float64Array): Uint8Array {
  const table = new Uint8Array(size).fill(RARE);
  for (let code = 0; code < bins; code++) if ((rows[code] ?? 0) > 1) table[code] = Math.min(code, INSIDE - 1);
  table[missing] = MISSING;
  return table;
}

function rowsPerCode({ buckets }: Summary, variable: number, size: number): Float64Array {
  const rows = new Float64Array(size);
  for (const { counts } of buckets)
    counts[variable]?.forEach((count, code) => {
      rows[code] = (rows[code] ?? 0) + count;
    });
  return rows;
}

/** The bins of some rows, in the order given. */
export const binRows = (tables: BinTables, codes: readonly Uint16Array[], rows: Uint32Array): Bins =>
  codes.map((ofRows, variable) => {
    const table = tables[variable] ?? new Uint8Array(0);
    const bins = new Uint8Array(rows.length);
    for (let place = 0; place < bins.length; place++) bins[place] = table[ofRows[rows[place] ?? 0] ?? 0] ?? 0;
    return bins;
  });

/** The bins of the rows of one side, then those of the other. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
