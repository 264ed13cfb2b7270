import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import { codesOf, type Variable } from "../contracts/columns.ts";

/** Classes that the bins of a variable are pooled to where every bin counts alike (entropy, total variation). */
const GROUPS = 64;

/** A variable as it is counted, with what the reference says about it. */
export interface Counted {
  readonly index: number;
  readonly name: string;
  readonly variable: Variable;
  /** Bins or levels; then `unseen`, then `missing`. */
  readonly bins: number;
  readonly unseen: number;
  readonly missing: number;
  /** Share of each bin among the reference's rows that are in a bin. */
  readonly share: Float64Array;
  /** Share of the rows below the upper end of each bin, the last one (1) left out. */
  readonly below: Float64Array;
  /** Group of each bin, and one more for `unseen`. */
  readonly groupOf: Uint8Array;
  readonly groups: number;
  readonly groupShare: Float64Array;
  /** Cell of each bin, for what is measured of one set's variety; as many as `cells`. */
  readonly cellOf: Uint16Array;
  readonly cells: number;
  readonly cellShare: Float64Array;
  /** Where its bins have an order: numbers, and levels that are numbers. */
  readonly isOrdered: boolean;
}

/** Rows whose value is in a bin of its own: neither unseen nor missing. */
export function binnedRows(counted: Counted, aggregate: Aggregate): number {
  const counts = countsOf(counted, aggregate);
  return aggregate.rows - (counts[counted.unseen] ?? 0) - (counts[counted.missing] ?? 0);
}

/** Rows that have a value, known or not. */
export function presentRows(counted: Counted, aggregate: Aggregate): number {
  return aggregate.rows - (countsOf(counted, aggregate)[counted.missing] ?? 0);
}

const NO_COUNTS = new Float64Array(0);

export function countsOf(counted: Counted, aggregate: Aggregate): Float64Array {
  return aggregate.counts[counted.index] ?? NO_COUNTS;
}

/** Adds the counts up by group; `into` has `counted.groups` places. Returns their sum. */
export function sumByGroup(counted: Counted, aggregate: Aggregate, into: Float64Array): number {
  const counts = countsOf(counted, aggregate);
  const { groupOf } = counted;
  into.fill(0);
  let sum = 0;
  for (let code = 0; code < groupOf.length; code++) {
    const group = groupOf[code] ?? 0;
    const count = counts[code] ?? 0;
    into[group] = (into[group] ?? 0) + count;
    sum += count;
  }
  return sum;
}

/** Adds the counts of the bins up by cell; `into` has `counted.cells` places. Returns their sum. */
export function sumByCell(counted: Counted, aggregate: Aggregate, into: Float64Array): number {
  const counts = countsOf(counted, aggregate);
  const { cellOf } = counted;
  into.fill(0);
  let sum = 0;
  for (let bin = 0; bin < cellOf.length; bin++) {
    const cell = cellOf[bin] ?? 0;
    const count = counts[bin] ?? 0;
    into[cell] = (into[cell] ?? 0) + count;
    sum += count;
  }
  return sum;
}

/** Describes every variable of the frame. */
export function countedOf(frame: Frame, reference: Aggregate): readonly Counted[] {
  return frame.variables.map((variable, index) => describe(variable, index, reference));
}

function describe(variable: Variable, index: number, reference: Aggregate): Counted {
  const { bins, unseen, missing } = codesOf(variable);
  const counts = reference.counts[index] ?? NO_COUNTS;
  let rows = 0;
  for (let bin = 0; bin < bins; bin++) rows += counts[bin] ?? 0;
  const share = Float64Array.from({ length: bins }, (_, bin) => (rows > 0 ? (counts[bin] ?? 0) / rows : 0));
  const below = new Float64Array(Math.max(0, bins - 1));
  let sum = 0;
  for (let bin = 0; bin < below.length; bin++) {
    sum += counts[bin] ?? 0;
    below[bin] = rows > 0 ? sum / rows : 0;
  }
  const grouping = groupsOf(variable, share);
  const groupShare = new Float64Array(grouping.groups);
  share.forEach((part, bin) => {
    const group = grouping.groupOf[bin] ?? 0;
    groupShare[group] = (groupShare[group] ?? 0) + part;
  });
  const celling = cellsOf(variable, below);
  const cellShare = new Float64Array(celling.cells);
  share.forEach((part, bin) => {
    const cell = celling.cellOf[bin] ?? 0;
    cellShare[cell] = (cellShare[cell] ?? 0) + part;
  });
  const isOrdered = variable.kind === "number" || variable.levels.every((level) => typeof level === "number");
  const counting = { bins, unseen, missing, share, below, ...grouping, groupShare, ...celling, cellShare };
  return { index, name: variable.name, variable, ...counting, isOrdered };
}

/** Numbers by quantiles of the reference; levels each, the rarest together, and what was never seen apart. */
function groupsOf(variable: Variable, share: Float64Array): { groupOf: Uint8Array; groups: number } {
  const groupOf = new Uint8Array(share.length + 1);
  if (variable.kind === "level") {
    const groups = Math.min(share.length, GROUPS) + 1;
    share.forEach((_, level) => {
      groupOf[level] = Math.min(level, GROUPS - 1);
    });
    groupOf[share.length] = groups - 1;
    return { groupOf, groups };
  }
  let sum = 0;
  share.forEach((part, bin) => {
    groupOf[bin] = Math.min(GROUPS - 1, Math.floor(GROUPS * (sum + part / 2)));
    sum += part;
  });
  groupOf[share.length] = GROUPS - 1;
  return { groupOf, groups: GROUPS };
}

/**
 * Levels each; numbers in at most 64 cells of equal width, the outermost 0.5 % of a side beyond them, with widths that
 * grow with the distance from the median (asinh). Quantiles will not do: they were fitted to the reference, so that
 * it and its halves fill them evenly as no fresh real rows would, and these would look less varied than they are.
 */
function cellsOf(variable: Variable, below: Float64Array): { cellOf: Uint16Array; cells: number } {
  if (variable.kind === "level")
    return {
      cellOf: Uint16Array.from({ length: variable.levels.length }, (_, level) => level),
      cells: variable.levels.length,
    };
  const { edges } = variable;
  const cellOf = new Uint16Array(edges.length + 1);
  const edgeAt = (share: number): number =>
    edges[
      Math.max(
        0,
        below.findIndex((part) => part >= share),
      )
    ] ?? 0;
  const [median, quarter, threeQuarters] = [edgeAt(0.5), edgeAt(0.25), edgeAt(0.75)];
  const [lowest, highest] = [edgeAt(0.005), edgeAt(0.995)];
  const unit = threeQuarters - quarter || highest - lowest || 1;
  const place = (value: number): number => Math.asinh((value - median) / unit);
  const [from, to] = [place(lowest), place(highest)];
  if (!(to > from)) return { cellOf, cells: 1 };
  edges.forEach((edge, bin) => {
    const cell = Math.floor(((place(edge) - from) / (to - from)) * (GROUPS - 2)) + 1;
    cellOf[bin + 1] = Math.min(Math.max(cell, 0), GROUPS - 1);
  });
  return { cellOf, cells: GROUPS };
}
