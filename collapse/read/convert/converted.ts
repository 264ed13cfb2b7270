import type { ColumnPreset } from "../table.ts";

/** What became of a file that DuckDB does not read. */
export interface Converted {
  /** Files that it reads, in the order of the rows. */
  readonly paths: readonly string[];
  readonly notes: readonly string[];
  readonly presets: ReadonlyMap<string, ColumnPreset>;
}

/** A file to be converted: where it is, which part of it is wanted (`book.xlsx#Prices`), and where to write to. */
export interface Conversion {
  readonly path: string;
  readonly part: string | null;
  readonly folder: string;
  /** Begins the names of what is written. */
  readonly name: string;
}

/** A column that no statistics can be taken of: it is named in the report, with the reason. */
export const unreadColumn = (because: string): ColumnPreset => ({
  role: "ignore",
  because: `not read: ${because}`,
  isText: false,
});
