import type { Frame, Summary } from "../contracts/aggregates.ts";
import { codesOf } from "../contracts/columns.ts";

/** Sets of fewer rows a side say nothing about tails: no verdict but `collapsed` rests on them. */
const ROWS_AT_LEAST = 200;
/** Groups share a bucket; fewer buckets than these are too few to split. */
const BUCKETS_AT_LEAST = 8;
/** Units that a side is the union of, where units are dealt to measure. */
export const UNITS_A_SIDE = 32;
/** A union of whole buckets comes within an eighth of its size from so many on. */
const BUCKETS_A_SIDE_AT_LEAST = 4;

/**
 * How rows come to face each other. `rows`: chosen one by one of the kept sample. `parts`: the sample dealt into parts
 * of equal size, counted once each; a side is the union of 32. `buckets`: a side is a union of the table's own
 * buckets.
 */
export interface DrawPlan {
  readonly by: "rows" | "parts" | "buckets";
  /** Rows a side; of buckets about. */
  readonly rowsASide: number;
  readonly enoughRows: boolean;
}

/**
 * Chooses how many rows face each other, min(m, n/2), and how they are drawn.
 *
 * Rows and parts give both sides exactly as many rows, so they are taken wherever the sample holds two sides: rows
 * where that is cheaper than adding 64 parts, parts else. Buckets hold every row of the table, so they are taken
 * where the sample is too small, and where rows belong to groups, since only buckets keep groups whole. Where a side
 * would be fewer than four buckets it would miss its size, so the sides shrink to what the sample holds.
 */
export function planDraws(
  reference: Summary,
  candidate: Summary,
  frame: Frame,
  grouped: boolean,
  leastRows = ROWS_AT_LEAST,
): DrawPlan {
  const wanted = Math.min(candidate.rows, Math.floor(reference.rows / 2));
  const filled = (table: Summary): number => table.buckets.filter((bucket) => bucket.rows > 0).length;
  if (grouped) {
    const enoughGroups = Math.min(filled(reference), filled(candidate)) >= BUCKETS_AT_LEAST;
    return { by: "buckets", rowsASide: wanted, enoughRows: wanted >= leastRows && enoughGroups };
  }
  const sampled = Math.min(Math.floor(reference.sample.rows / 2), candidate.sample.rows);
  const bucketsASide = Math.floor((wanted / reference.rows) * filled(reference));
  const enoughRows = wanted >= leastRows;
  const ofParts = rowsOfParts(reference, Math.min(wanted, candidate.sample.rows));
  if (ofParts > 0 && (ofParts > wanted / 2 || bucketsASide < BUCKETS_A_SIDE_AT_LEAST))
    return { by: "parts", rowsASide: ofParts, enoughRows };
  if (wanted > sampled && bucketsASide >= BUCKETS_A_SIDE_AT_LEAST)
    return {
      by: "buckets",
      rowsASide: Math.floor((bucketsASide * reference.rows) / filled(reference)),
      enoughRows,
    };
  const rows = Math.min(wanted, sampled);
  if (rows < UNITS_A_SIDE || rows * costOfRow(frame) <= UNITS_A_SIDE * costOfUnit(frame))
    return { by: "rows", rowsASide: rows, enoughRows };
  return { by: "parts", rowsASide: rows - (rows % UNITS_A_SIDE), enoughRows };
}

/** Rows a side that whole parts come to, where a saved profile holds parts instead of rows; `wanted` at most. */
function rowsOfParts({ sample, parts = [] }: Summary, wanted: number): number {
  const unit = parts[0]?.rows ?? 0;
  if (sample.rows > 0 || unit === 0) return 0;
  return unit * Math.min(Math.floor(wanted / unit), Math.floor(parts.length / 2));
}

/**
 * What one row costs, in additions of one cell to another: measured, 16 for each variable and pair, whose cells lie
 * wherever a row's code says, and one for 16 products, most of which are with 0.
 */
function costOfRow(frame: Frame): number {
  return 16 * (frame.variables.length + frame.pairs.length) + frame.encoding.width ** 2 / 16;
}

/** Additions that one unit costs: every cell of every table, once. */
function costOfUnit(frame: Frame): number {
  const counts = frame.variables.reduce((sum, variable) => sum + codesOf(variable).size, 0);
  return counts + frame.pairs.length * 81 + frame.encoding.width ** 2;
}
