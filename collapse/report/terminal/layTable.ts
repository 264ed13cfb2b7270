import { cellsOf, fitCells } from "./cells.ts";

/** A column of a table: numbers stand at the right; a `flexible` one gives way where the line is short. */
export interface TableColumn {
  readonly align?: "left" | "right";
  readonly flexible?: boolean;
  /** Colors a cell after it was fitted. */
  readonly paint?: (text: string, row: number) => string;
}

const GAP = "  ";
const LEAST = 8;

/** Rows of cells in lines of at most `width`, each column as wide as its longest cell; no space at a line's end. A column without a word takes no place. */
export function layTable(
  allColumns: readonly TableColumn[],
  allRows: readonly (readonly string[])[],
  width: number,
): string[] {
  const worded = allColumns.map((_, at) => allRows.some((row) => (row[at] ?? "") !== ""));
  const columns = allColumns.filter((_, at) => worded[at]);
  const rows = allRows.map((row) => row.filter((_, at) => worded[at]));
  const widths = columns.map((_, at) => Math.max(0, ...rows.map((row) => cellsOf(row[at] ?? ""))));
  shrink(widths, columns, width);
  return rows.map((row, index) =>
    columns
      .map(({ align, paint }, at) => {
        const cell = fitCells(row[at] ?? "", widths[at] ?? 0, align);
        const words = cell.trimEnd();
        if (paint === undefined || words === "") return cell;
        return paint(words, index) + " ".repeat(cell.length - words.length);
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Takes what is too much from the widest flexible column, cell by cell, down to what still tells names apart. */
function shrink(widths: number[], columns: readonly TableColumn[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  for (let over = total() - width; over > 0; over--) {
    const candidates = widths.map((one, at) => (columns[at]?.flexible === true ? one : 0));
    const widest = Math.max(...candidates);
    if (widest <= LEAST) return;
    widths[candidates.indexOf(widest)] = widest - 1;
  }
}
