/** One JSON object of an answer. */
export type Row = Readonly<Record<string, unknown>>;

const LIST_SHOWN = 3;

/** Rows as a table: a column per member, each as wide as its longest value; "" where there are no rows. */
export function renderTable(columns: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const cells = [columns.map(headOf), ...rows.map((row) => columns.map((name) => shownIn(row[name])))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** One object as lines of `member  value`; nested members are joined by dots. */
export function renderObject(object: Row): string {
  const rows = flatten("", object);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

const headOf = (name: string): string => name.replaceAll("_", " ").toUpperCase();

function flatten(path: string, object: Row): [name: string, value: string][] {
  return Object.entries(object).flatMap(([name, value]): [string, string][] => {
    const full = path === "" ? name : `${path}.${name}`;
    return isRow(value) && Object.keys(value).length > 0 ? flatten(full, value) : [[full, shown(value)]];
  });
}

const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A control character in a stored name must not reach a terminal. */
export const printable = (text: string): string => text.replace(/\p{Cc}/gu, "\ufffd");

/** A value in a line of its own. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map(shown).join(", ");
  return printable(typeof value === "object" ? JSON.stringify(value) : String(value));
}

/** A value in a cell: of a long list the first few, and how many more. */
function shownIn(value: unknown): string {
  if (!Array.isArray(value) || value.length <= LIST_SHOWN) return shown(value);
  return `${shown(value.slice(0, LIST_SHOWN))} +${value.length - LIST_SHOWN}`;
}
