import { open } from "node:fs/promises";
import { join } from "node:path";
import { Unreadable } from "../refuseFile.ts";
import type { Conversion, Converted } from "./converted.ts";
import { type Book, readBook } from "./excelBook.ts";
import { type Cell, excelRows } from "./excelRows.ts";
import { openZip } from "./openZip.ts";
import { readXml } from "./readXml.ts";

const SHEET_BYTES = 4 * 1024 * 1024 * 1024;
const WRITTEN_AT_ONCE = 1 << 20;

/**
 * Writes a sheet of an Excel workbook as CSV, in bounded memory: the first that is not hidden, or the one that is
 * wanted (`book.xlsx#Prices`). Its first row holds the names. Throws `Unreadable`.
 */
export async function convertExcel({ path, part, folder, name }: Conversion): Promise<Converted> {
  const zip = await openZip(path);
  const written = join(folder, `${name}.csv`);
  const file = await open(written, "wx");
  try {
    const book = await readBook(zip);
    const sheet = chooseSheet(book, part);
    const lines = sheetLines();
    await readXml(await zip.read(sheet.part, SHEET_BYTES), {
      ...excelRows(book, lines.add),
      pause: async () => {
        if (lines.size() > WRITTEN_AT_ONCE) await file.write(lines.take());
      },
    });
    await file.write(lines.take());
    const others = book.sheets.length - 1;
    const more = others === 0 ? "" : `, one of ${book.sheets.length} sheets`;
    return { paths: [written], notes: [`Read was the sheet \`${sheet.name}\`${more}.`], presets: new Map() };
  } finally {
    await file.close();
    zip.close();
  }
}

function chooseSheet({ sheets }: Book, part: string | null): Book["sheets"][number] {
  const shown = sheets.filter(({ isHidden }) => !isHidden);
  const chosen = part === null ? (shown[0] ?? sheets[0]) : sheets.find(({ name }) => name === part);
  if (chosen !== undefined) return chosen;
  if (part === null) throw new Unreadable("it has no sheet with cells");
  const names = sheets.slice(0, 5).map(({ name }) => `"${name}"`);
  throw new Unreadable(
    `it has no sheet "${part}"`,
    `Name one of its sheets behind the sign #: ${names.join(", ")}${sheets.length > 5 ? ", …" : ""}.`,
  );
}

/** Gathers rows as lines of CSV, as wide as the first one. */
function sheetLines() {
  let width = 0;
  let rows = 0;
  let gathered: string[] = [];
  let size = 0;
  return {
    add: (cells: readonly (Cell | null)[]): void => {
      rows++;
      if (width === 0) width = cells.length;
      if (cells.length > width)
        throw new Unreadable(
          `its row ${rows} has a cell in column ${cells.length}, and its first row names ${width} columns`,
          "Put the names of all columns in the first row of the sheet, and nothing above or beside the table.",
        );
      const line = `${Array.from({ length: width }, (_, at) => fieldOf(cells[at] ?? null)).join(",")}\n`;
      gathered.push(line);
      size += line.length;
    },
    size: () => size,
    take: (): string => {
      const text = gathered.join("");
      gathered = [];
      size = 0;
      return text;
    },
  };
}

const fieldOf = (cell: Cell | null): string => {
  if (cell === null) return "";
  return cell.isText ? `"${cell.text.replaceAll('"', '""')}"` : cell.text;
};
