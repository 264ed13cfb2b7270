import { Unreadable } from "../refuseFile.ts";
import type { Book } from "./excelBook.ts";
import type { XmlListener } from "./readXml.ts";

/** A cell as it is written to text: `quoted` where it is a text. */
export interface Cell {
  readonly text: string;
  readonly isText: boolean;
}

const MOST_COLUMNS = 16_384;
const MS_PER_DAY = 86_400_000;

/**
 * Follows a sheet's XML, and gives each row that has a cell with a value. Numbers stay as they are written; a date is
 * in the form of ISO 8601, a formula its last result, an error nothing.
 */
export function excelRows(book: Book, onRow: (cells: readonly (Cell | null)[]) => void): XmlListener {
  let cells: (Cell | null)[] = [];
  let column = 0;
  let type = "n";
  let style = -1;
  let text = "";
  let isValue = false;
  return {
    open: (tag, attributes) => {
      if (tag === "row") {
        cells = [];
        column = 0;
      } else if (tag === "c") {
        column = columnOf(attributes.r) ?? column;
        type = attributes.t ?? "n";
        style = Number(attributes.s ?? -1);
        text = "";
      } else if (tag === "v" || tag === "t") isValue = true;
      else if (tag === "rPh") isValue = false;
    },
    text: (part) => {
      if (isValue) text += part;
    },
    close: (tag) => {
      if (tag === "v" || tag === "t") isValue = false;
      else if (tag === "c") {
        if (column >= MOST_COLUMNS) throw new Unreadable("a cell lies beyond column 16,384");
        const cell = cellOf(book, { type, style, text });
        if (cell !== null) {
          while (cells.length < column) cells.push(null);
          cells[column] = cell;
        }
        column++;
      } else if (tag === "row" && cells.length > 0) onRow(cells);
    },
  };
}

/** 0 of `A7`, 27 of `AB7`. */
function columnOf(place: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/.exec(place ?? "")?.[0];
  if (letters === undefined) return null;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function cellOf(
  { strings, isDate, dayZeroMs }: Book,
  { type, style, text }: { readonly type: string; readonly style: number; readonly text: string },
): Cell | null {
  if (text === "" || type === "e") return null;
  switch (type) {
    case "s": {
      const shared = strings[Number(text)];
      if (shared === undefined) throw new Unreadable("a cell points to a text that is not there");
      return shared === "" ? null : { text: shared, isText: true };
    }
    case "str":
    case "inlineStr":
      return { text, isText: true };
    case "b":
      return { text: text === "1" ? "true" : "false", isText: false };
    case "d":
      return { text, isText: false };
    default:
      if (!Number.isFinite(Number(text))) throw new Unreadable("a cell of a number holds none");
      return { text: isDate[style] === true ? dateText(Number(text), dayZeroMs) : text, isText: false };
  }
}

/** A moment, or below one day a time: as the number says it. All moments have one form, so that they are one type. */
function dateText(days: number, dayZeroMs: number): string {
  const ms = dayZeroMs + Math.round(days * MS_PER_DAY);
  if (!(Math.abs(ms) < 8.64e15)) return String(days);
  const text = new Date(ms).toISOString();
  const end = text.endsWith(".000Z") ? 19 : 23;
  return days >= 0 && days < 1 ? text.slice(11, end) : text.slice(0, end).replace("T", " ");
}
