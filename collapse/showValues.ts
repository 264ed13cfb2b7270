import type { Block, TablePlan } from "./contracts/columns.ts";
import type { Report } from "./contracts/report.ts";
import type { RowsReport } from "./contracts/rows.ts";
import type { Sides } from "./openSides.ts";

const MOST_SIGNS = 80;

/** The report with the values of its flagged rows behind their reasons: for whoever asked to see them. */
export async function showValues(report: Report, { plan, candidate }: Sides): Promise<Report> {
  const { rows } = report;
  if (rows?.found !== "rows" || rows.items.length === 0) return report;
  const values = await valuesOf(rows.items, plan, candidate.blocks());
  const items = rows.items.map((item) => {
    const shown = values.get(item.row);
    return shown === undefined || shown === "" ? item : { ...item, reason: `${item.reason} ${shown}` };
  });
  return { ...report, rows: { ...rows, items } };
}

type Item = Extract<RowsReport, { found: "rows" }>["items"][number];

/** Of each row its values in the columns that speak against it. */
async function valuesOf(
  items: readonly Item[],
  plan: TablePlan,
  blocks: AsyncIterable<Block>,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  const last = items.reduce((most, { row }) => Math.max(most, row), 0);
  for await (const block of blocks) {
    for (const { row, columns } of items) {
      const place = row - block.firstRow;
      if (place >= 0 && place < block.rows) found.set(row, valuesAt(block, place, columns, plan));
    }
    if (block.firstRow + block.rows > last) break;
  }
  return found;
}

function valuesAt(block: Block, place: number, names: readonly string[], plan: TablePlan): string {
  const shown = names.flatMap((name) => {
    const index = plan.columns.findIndex((column) => column.name === name);
    const column = block.columns[index];
    return column ? [`${name} = ${shownValue(column[place] ?? null, plan.columns[index]?.kind)}`] : [];
  });
  return shown.length === 0 ? "" : `(${shown.join(", ")})`;
}

function shownValue(value: number | string | null, kind: string | undefined): string {
  if (value === null || Number.isNaN(value)) return "missing";
  if (typeof value === "string") return value.length > MOST_SIGNS ? `${value.slice(0, MOST_SIGNS)}…` : value;
  const instant = kind === "date" ? new Date(value * 1_000) : null;
  return instant !== null && Number.isFinite(instant.getTime()) ? instant.toISOString() : String(value);
}
