import type { ColumnRole } from "../contracts/columns.ts";
import type { Database } from "./database.ts";

/** A column as its files say it. */
export interface TableColumn {
  readonly name: string;
  /** DuckDB's type: `BIGINT`, `DOUBLE`, `VARCHAR`, `TIMESTAMP`, `DOUBLE[]`. */
  readonly sqlType: string;
}

/** What the way in which a table is written says of a column, before anybody looks at its values. */
export interface ColumnPreset {
  readonly role: ColumnRole;
  /** Why, for people: "assistant turns of `messages`". */
  readonly because: string;
  /** Whether its strings are documents, however short they are. */
  readonly isText: boolean;
}

/** One or several files, read as one table: rows in the order of the files, then of each file. */
export interface Table {
  /** As they were named, patterns replaced by what they match. */
  readonly files: readonly string[];
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  readonly presets: ReadonlyMap<string, ColumnPreset>;
  /** What people must know of how it was read, in sentences: which sheet, what was left out. */
  readonly notes: readonly string[];
  /** Where the rows come from; for this folder alone. */
  readonly source: TableSource;
  close(): void;
}

export interface TableSource {
  readonly database: Database;
  /** What stands behind FROM. */
  readonly relation: string;
  /** The same rows, the named columns as they are written in the file; null where the file itself has types. */
  readonly asWritten: ((names: readonly string[]) => string) | null;
}
