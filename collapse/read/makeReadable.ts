import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { FileFormat, TableFormat } from "./fileFormat.ts";
import type { FoundFile } from "./findFiles.ts";
import type { TableLimits } from "./openRows.ts";

/** Files that DuckDB reads, all of one format. */
export interface ReadableFiles {
  readonly files: readonly FoundFile[];
  readonly format: TableFormat;
  /** What people must know of how they came about. */
  readonly notes: readonly string[];
  /** Removes what was written for this. */
  remove(): void;
}

/** Converts what DuckDB does not read, in a folder of its own. Failure: `file_unreadable`. */
export async function makeReadable(
  files: readonly FoundFile[],
  format: FileFormat,
  _limits: TableLimits,
): Promise<Outcome<ReadableFiles, CheckFailure>> {
  switch (format.kind) {
    case "arrow":
    case "excel":
    case "hdf5":
      return failed({
        code: "file_unreadable",
        detail: `${files[0]?.name ?? "The file"} cannot be read yet.`,
        fix: "Convert it.",
        file: null,
        column: null,
      });
    default:
      return done({ files, format, notes: [], remove: () => {} });
  }
}
