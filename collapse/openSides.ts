import type { Block, TablePlan } from "./contracts/columns.ts";
import type { CheckFailure } from "./contracts/failure.ts";
import type { CheckOptions } from "./contracts/options.ts";
import { done, failed, type Outcome } from "./contracts/outcome.ts";
import type { DatabaseLimits } from "./read/database.ts";
import { matchColumns } from "./read/matchColumns.ts";
import { openTable } from "./read/openTable.ts";
import { planColumns } from "./read/planColumns.ts";
import { readBlocks } from "./read/readBlocks.ts";
import type { Table } from "./read/table.ts";
import { blocksBetween } from "./splitByTime.ts";

/** Rows of one side, to be read as often as it takes. */
export interface Side {
  readonly files: readonly string[];
  readonly rows: number;
  blocks(): AsyncIterable<Block>;
}

/** Both sides of a check, and how their columns are read. */
export interface Sides {
  readonly plan: TablePlan;
  readonly reference: Side;
  readonly candidate: Side;
  /** Columns of the candidate that the reference has not. */
  readonly ignored: readonly string[];
}

/**
 * Opens what a check compares; whatever was opened is also in `opened`, for the caller to close. Without a reference
 * the older half of the candidate's rows stands in for it, and the newer half is judged.
 */
export async function openSides(
  options: CheckOptions,
  opened: Table[],
): Promise<Outcome<Sides, CheckFailure>> {
  const open = async (files: readonly string[]): Promise<Outcome<Table, CheckFailure>> => {
    const table = await openTable(files, limitsOf(options));
    if (table.ok) opened.push(table.value);
    return table;
  };
  const candidate = await open(options.candidate);
  if (!candidate.ok) return candidate;
  if (options.reference.length === 0) return openHalves(candidate.value, options);
  const reference = await open(options.reference);
  if (!reference.ok) return reference;
  const plan = await planColumns(reference.value, options);
  if (!plan.ok) return plan;
  const matched = await matchColumns(plan.value, candidate.value);
  if (!matched.ok) return matched;
  return done({
    plan: plan.value,
    reference: sideOf(reference.value, plan.value),
    candidate: sideOf(candidate.value, plan.value),
    ignored: matched.value.ignored,
  });
}

const limitsOf = ({ maxMemoryBytes }: CheckOptions): DatabaseLimits =>
  maxMemoryBytes === undefined ? {} : { memoryBytes: maxMemoryBytes };

async function openHalves(table: Table, options: CheckOptions): Promise<Outcome<Sides, CheckFailure>> {
  if (table.rows < 2)
    return failed({
      code: "no_rows",
      detail: "Without a reference the older rows stand in for it, and there are fewer than two rows.",
      fix: "Name real rows with --reference.",
      file: table.files[0] ?? null,
      column: null,
    });
  const plan = await planColumns(table, options);
  if (!plan.ok) return plan;
  const middle = Math.floor(table.rows / 2);
  const whole = sideOf(table, plan.value);
  const half = (from: number, to: number): Side => ({
    files: table.files,
    rows: to - from,
    blocks: () => blocksBetween(whole.blocks(), from, to),
  });
  return done({
    plan: plan.value,
    reference: half(0, middle),
    candidate: half(middle, table.rows),
    ignored: [],
  });
}

const sideOf = (table: Table, plan: TablePlan): Side => ({
  files: table.files,
  rows: table.rows,
  blocks: () => readBlocks(table, plan),
});
