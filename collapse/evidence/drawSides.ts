import type { Aggregate, Frame, Summary } from "../contracts/aggregates.ts";
import { aggregateOf } from "../count/aggregateOf.ts";
import { type Random, shuffledIndices } from "../numerics/random.ts";
import { chooserOf } from "./chooseAtRandom.ts";
import { type DrawPlan, UNITS_A_SIDE } from "./planDraws.ts";
import { prepareUnions, type Uniter } from "./unite.ts";

/** Two sets of rows that face each other, never with a row in common. Overwritten by the next draw. */
export interface Sides {
  readonly left: Aggregate;
  readonly right: Aggregate;
}

/** Gives sides of equal size, at random. */
export interface Drawer {
  /** The reference against itself. */
  drawNull(): Sides;
  /** The reference against the candidate. */
  drawCandidate(): Sides;
}

/** Prepares the draws of `plan`; `random` is read in the order of the calls. */
export function prepareDraws(
  tables: { readonly reference: Summary; readonly candidate: Summary },
  frame: Frame,
  plan: DrawPlan,
  random: Random,
): Drawer {
  return plan.by === "rows" ? drawRows(tables, frame, plan, random) : drawUnions(tables, frame, plan, random);
}

function drawRows(
  { reference, candidate }: { readonly reference: Summary; readonly candidate: Summary },
  frame: Frame,
  { rowsASide }: DrawPlan,
  random: Random,
): Drawer {
  const chooseReference = chooserOf(reference.sample.rows, random);
  const chooseCandidate = chooserOf(candidate.sample.rows, random);
  const sideOf = (table: Summary, rows: Uint32Array): Aggregate =>
    aggregateOf(table.sample, rows.sort(), frame);
  return {
    drawNull: () => {
      const rows = chooseReference(2 * rowsASide);
      return {
        left: sideOf(reference, rows.subarray(0, rowsASide)),
        right: sideOf(reference, rows.subarray(rowsASide)),
      };
    },
    drawCandidate: () => ({
      left: sideOf(reference, chooseReference(rowsASide)),
      right: sideOf(candidate, chooseCandidate(rowsASide)),
    }),
  };
}

function drawUnions(
  tables: { readonly reference: Summary; readonly candidate: Summary },
  frame: Frame,
  plan: DrawPlan,
  random: Random,
): Drawer {
  const reference = unitsOf(tables.reference, frame, plan, random);
  const candidate = unitsOf(tables.candidate, frame, plan, random);
  const left = prepareUnions(reference);
  const right = prepareUnions(reference);
  const other = prepareUnions(candidate);
  const first = (units: readonly Aggregate[], uniter: Uniter): Aggregate => {
    const order = shuffledIndices(units.length, random);
    return uniter.unite(order.subarray(0, unitsUntil(units, order, 0, plan.rowsASide)));
  };
  return {
    drawNull: () => {
      const order = shuffledIndices(reference.length, random);
      // One unit at least is left to the other side, whatever the sizes.
      const middle = Math.min(unitsUntil(reference, order, 0, plan.rowsASide), order.length - 1);
      const end = unitsUntil(reference, order, middle, plan.rowsASide);
      const ofLeft = left.unite(order.subarray(0, middle));
      const rest = order.subarray(middle, end);
      const ofRight = end === order.length ? right.uniteRest(rest, left) : right.unite(rest);
      return { left: ofLeft, right: ofRight };
    },
    drawCandidate: () => ({ left: first(reference, left), right: first(candidate, other) }),
  };
}

/** What a side is united of: the table's filled buckets, or parts of its sample, all of 1/32 of a side. */
function unitsOf(table: Summary, frame: Frame, plan: DrawPlan, random: Random): readonly Aggregate[] {
  if (plan.by === "buckets") return table.buckets.filter((bucket) => bucket.rows > 0);
  if (table.sample.rows === 0) return table.parts ?? [];
  const rowsAUnit = plan.rowsASide / UNITS_A_SIDE;
  const order = shuffledIndices(table.sample.rows, random);
  // Twice a null's units are as random as all of them, and bound the memory.
  const units = Math.min(Math.floor(table.sample.rows / rowsAUnit), 4 * UNITS_A_SIDE);
  return Array.from({ length: units }, (_, unit) =>
    aggregateOf(table.sample, order.slice(unit * rowsAUnit, (unit + 1) * rowsAUnit).sort(), frame),
  );
}

/** Where the units from `from` on, in `order`, come nearest to `rows`: one unit at least. */
function unitsUntil(units: readonly Aggregate[], order: Uint32Array, from: number, rows: number): number {
  let sum = units[order[from] ?? 0]?.rows ?? 0;
  let end = from + 1;
  for (; end < order.length; end++) {
    const more = units[order[end] ?? 0]?.rows ?? 0;
    if (sum + more - rows > rows - sum) break;
    sum += more;
  }
  return end;
}
