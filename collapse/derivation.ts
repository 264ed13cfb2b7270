import type { Block, ColumnPlan } from "./contracts/columns.ts";

/** Columns of numbers that a column becomes which is no number itself: a text, a vector. */
export interface Derivation {
  readonly columns: readonly ColumnPlan[];
  /** The derived columns of a block's rows; NaN where the value is missing. */
  derive(block: Block): readonly Float64Array[];
}

/** Learns from the reference, in one pass, what a derivation needs. */
export interface Learner {
  learn(block: Block): void;
  done(): Derivation;
}

/** A column of a plan, with its place in it. */
export interface PlacedColumn {
  readonly plan: ColumnPlan;
  readonly place: number;
}

/** A derived column of numbers, as the report lists it. */
export const derivedColumn = ({ plan }: PlacedColumn, name: string, because: string): ColumnPlan => ({
  name: `${plan.name}: ${name}`,
  kind: "number",
  role: "feature",
  because,
  values: "number",
  derivedFrom: plan.name,
});
