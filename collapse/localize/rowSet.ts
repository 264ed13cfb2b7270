import type { RowSet } from "../contracts/rows.ts";

/** A set of rows that is being filled. */
export interface GrowingRowSet extends RowSet {
  add(row: number): void;
}

/** An empty set of rows of a table: one bit a row. */
export function emptyRowSet(rows: number): GrowingRowSet {
  const bits = new Uint8Array(Math.ceil(rows / 8));
  let size = 0;
  const has = (row: number): boolean =>
    row >= 0 && row < rows && ((bits[Math.floor(row / 8)] ?? 0) >> (row % 8)) % 2 === 1;
  return {
    rows,
    get size() {
      return size;
    },
    has,
    add: (row) => {
      if (row < 0 || row >= rows || has(row)) return;
      const at = Math.floor(row / 8);
      bits[at] = (bits[at] ?? 0) | (1 << (row % 8));
      size++;
    },
  };
}
