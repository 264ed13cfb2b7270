import type { DigestCounts } from "../contracts/aggregates.ts";
import { DIGESTS } from "../count/digestCounts.ts";

/** Rows of a union that equal an earlier one of it. */
export type CountCopies = (chosen: ArrayLike<number>, rows: number) => number;

/**
 * Prepares the count of copies in unions of `units`, the same number as of their joined digests. Joining sorted
 * lists for each of hundreds of unions would cost more than all else: only digests that two rows anywhere share can
 * ever be copies, and these few are numbered once.
 */
export function prepareCopies(units: readonly DigestCounts[]): CountCopies {
  const share = units.reduce((least, unit) => Math.min(least, unit.share), 1);
  const numbers = numbersOf(units, share);
  const lists = units.map((unit) => listOf(unit, numbers));
  const rowsOf = new Float64Array(numbers.size);
  return (chosen, rows) => {
    rowsOf.fill(0);
    for (let place = 0; place < chosen.length; place++) {
      const list = lists[chosen[place] ?? 0];
      list?.numbers.forEach((number, entry) => {
        rowsOf[number] = (rowsOf[number] ?? 0) + (list.rows[entry] ?? 0);
      });
    }
    let copies = 0;
    for (const sharing of rowsOf) if (sharing > 1) copies += sharing - 1;
    return Math.min(copies / share, Math.max(rows - 1, 0));
  };
}

/** A number for each digest that two rows share, of those below `share`. */
function numbersOf(units: readonly DigestCounts[], share: number): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  const add = (digest: number): void => {
    if (digest < share * DIGESTS && !numbers.has(digest)) numbers.set(digest, numbers.size);
  };
  const all = new Float64Array(units.reduce((length, unit) => length + unit.digests.length, 0));
  let offset = 0;
  for (const unit of units) {
    all.set(unit.digests, offset);
    offset += unit.digests.length;
    unit.rows.forEach((rows, entry) => {
      if (rows > 1) add(unit.digests[entry] ?? 0);
    });
  }
  all.sort();
  for (let place = 1; place < all.length; place++) if (all[place] === all[place - 1]) add(all[place] ?? 0);
  return numbers;
}

/** The numbered digests of one unit, with their rows. */
function listOf(
  unit: DigestCounts,
  numbers: ReadonlyMap<number, number>,
): { readonly numbers: Uint32Array; readonly rows: Float64Array } {
  const entries = [...unit.digests.keys()].filter((entry) => numbers.has(unit.digests[entry] ?? 0));
  return {
    numbers: Uint32Array.from(entries, (entry) => numbers.get(unit.digests[entry] ?? 0) ?? 0),
    rows: Float64Array.from(entries, (entry) => unit.rows[entry] ?? 0),
  };
}
