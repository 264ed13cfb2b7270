import type { Block, ColumnPlan, TablePlan } from "../contracts/columns.ts";
import { readBlocks } from "./readBlocks.ts";
import type { Table } from "./table.ts";

/** A plan of columns, all features. */
export const planOf = (
  columns: Readonly<Record<string, Pick<ColumnPlan, "kind"> & Partial<ColumnPlan>>>,
  group: string | null = null,
): TablePlan => ({
  columns: Object.entries(columns).map(([name, column]) => ({
    name,
    role: "feature",
    because: "a test",
    ...column,
  })),
  group,
});

export async function blocksOf(table: Table, plan: TablePlan): Promise<readonly Block[]> {
  const blocks: Block[] = [];
  for await (const block of readBlocks(table, plan)) blocks.push(block);
  return blocks;
}

/** All values of the plan's column `index`. */
export const valuesOf = (blocks: readonly Block[], index: number): (number | string | null)[] =>
  blocks.flatMap(({ columns }): (number | string | null)[] => [...(columns[index] ?? [])]);
