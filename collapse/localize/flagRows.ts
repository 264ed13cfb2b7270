import type { RowSet } from "../contracts/rows.ts";
import type { Cut } from "./calibrate.ts";
import type { Passed } from "./passRows.ts";
import { emptyRowSet } from "./rowSet.ts";

/** Rows that are reported one by one. */
const MOST_WORST = 100;
/** Parts of the file, of equal length, in which flagged rows are counted. */
export const MAP_PARTS = 60;

/** A flagged row, with what explains it. */
export interface WorstRow {
  readonly row: number;
  readonly score: number;
  readonly bucket: number;
  readonly digest: number;
  /** Of each variable. */
  readonly codes: Uint16Array;
}

/** Collects flagged rows of a table: all of them as bits, the worst whole. */
export interface Flagging {
  add(passed: Passed, scores: Float64Array): void;
  done(): { readonly flagged: RowSet; readonly worst: readonly WorstRow[]; readonly map: readonly number[] };
}

/**
 * Flags the rows that score at least as much as the cut. Of equal rows as many are spared, the first of them, as
 * `spared` says; a table is read once, in its order.
 */
export function startFlagging(
  rows: number,
  { score: cut }: Cut,
  spared: (digest: number) => number,
): Flagging {
  const flagged = emptyRowSet(rows);
  const map = new Array<number>(MAP_PARTS).fill(0);
  const seen = new Map<number, number>();
  let worst: WorstRow[] = [];
  const isSpared = (digest: number): boolean => {
    const most = spared(digest);
    if (most === 0) return false;
    const before = seen.get(digest) ?? 0;
    seen.set(digest, before + 1);
    return before < most;
  };
  return {
    add: (passed, scores) => {
      const least = worst.length < MOST_WORST ? Number.NEGATIVE_INFINITY : (worst.at(-1)?.score ?? 0);
      const found: WorstRow[] = [];
      for (let at = 0; at < passed.rows; at++) {
        const score = scores[at] ?? Number.NaN;
        if (!(score >= cut) || isSpared(passed.digest[at] ?? 0)) continue;
        const row = passed.index[at] ?? 0;
        flagged.add(row);
        const part = Math.min(MAP_PARTS - 1, Math.floor((row * MAP_PARTS) / rows));
        map[part] = (map[part] ?? 0) + 1;
        if (score > least) found.push(rowAt(passed, at, score));
      }
      if (found.length > 0)
        worst = [...worst, ...found]
          .sort((left, right) => right.score - left.score || left.row - right.row)
          .slice(0, MOST_WORST);
    },
    done: () => ({ flagged, worst, map }),
  };
}

const rowAt = ({ index, bucket, digest, codes }: Passed, at: number, score: number): WorstRow => ({
  row: index[at] ?? 0,
  score,
  bucket: bucket[at] ?? 0,
  digest: digest[at] ?? 0,
  codes: Uint16Array.from(codes, (ofRows) => ofRows[at] ?? 0),
});
