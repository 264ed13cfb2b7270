import type { Database } from "./database.ts";
import type { FileFormat } from "./fileFormat.ts";
import type { SampledRows } from "./relation.ts";

/** A column as its files say it. */
export interface TableColumn {
  readonly name: string;
  /** DuckDB's type: `BIGINT`, `DOUBLE`, `VARCHAR`, `TIMESTAMP`, `DOUBLE[]`. */
  readonly sqlType: string;
}

/** One or several files, read as one table: rows in the order of the files, then of each file. */
export interface Table {
  /** As they were named, patterns replaced by what they match. */
  readonly files: readonly string[];
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** Where the rows come from; for this folder alone. */
  readonly source: TableSource;
  close(): void;
}

export interface TableSource {
  readonly database: Database;
  /** What stands behind FROM. */
  readonly relation: string;
  /** Absolute paths. */
  readonly paths: readonly string[];
  readonly format: FileFormat;
  readonly sampledRows: SampledRows;
}
