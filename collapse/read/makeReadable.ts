import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { Conversion, Converted } from "./convert/converted.ts";
import type { ConvertedFormat, FileFormat, TableFormat } from "./fileFormat.ts";
import type { FoundFile } from "./findFiles.ts";
import { Unreadable, unreadableFile } from "./refuseFile.ts";
import type { ColumnPreset } from "./table.ts";
import { openTempFolder } from "./tempFolder.ts";

/** Files that DuckDB reads, all of one format. */
export interface ReadableFiles {
  readonly files: readonly FoundFile[];
  readonly format: TableFormat;
  readonly presets: ReadonlyMap<string, ColumnPreset>;
  /** What people must know of how they came about. */
  readonly notes: readonly string[];
  /** Removes what was written for this. */
  remove(): void;
}

/** Converts what DuckDB does not read, in a folder of its own. Failure: `file_unreadable`. */
export async function makeReadable(
  files: readonly FoundFile[],
  format: FileFormat,
): Promise<Outcome<ReadableFiles, CheckFailure>> {
  if (format.kind !== "arrow" && format.kind !== "excel" && format.kind !== "hdf5")
    return done({ files, format, presets: new Map(), notes: [], remove: () => {} });
  const folder = openTempFolder();
  const all: { files: FoundFile[]; presets: [string, ColumnPreset][]; notes: string[] } = {
    files: [],
    presets: [],
    notes: [],
  };
  for (const [index, file] of files.entries()) {
    const conversion = { path: file.path, part: file.part, folder: folder.path, name: `file-${index}` };
    const converted = await convert(format, conversion, file.name);
    if (!converted.ok) {
      folder.remove();
      return converted;
    }
    const { paths, presets, notes } = converted.value;
    all.files.push(...paths.map((path) => ({ ...file, path })));
    all.presets.push(...presets);
    all.notes.push(...notes);
  }
  return done({
    files: all.files,
    format: format.kind === "excel" ? SHEET : { kind: "parquet" },
    presets: new Map(all.presets),
    notes: all.notes,
    remove: () => folder.remove(),
  });
}

/** A sheet has no types of its columns: it is written as text, and read as one. */
const SHEET: TableFormat = { kind: "csv", compression: "none", delimiter: ",", quote: '"', decimal: "." };

/**
 * The libraries behind are loaded when a file needs them. Whatever they throw is of the file: they were given nothing
 * else.
 */
async function convert(
  { kind }: ConvertedFormat,
  conversion: Conversion,
  name: string,
): Promise<Outcome<Converted, CheckFailure>> {
  try {
    switch (kind) {
      case "arrow":
        return done(await (await import("./convert/convertArrow.ts")).convertArrow(conversion));
      case "excel":
        return done(await (await import("./convert/convertExcel.ts")).convertExcel(conversion));
      case "hdf5":
        return done(await (await import("./convert/convertHdf5.ts")).convertHdf5(conversion));
    }
  } catch (error) {
    if (error instanceof Unreadable) return failed(unreadableFile(name, error.message, error.fix));
    return failed(unreadableFile(name, `its ${SAID[kind]} content is damaged`));
  }
}

const SAID = { arrow: "Arrow", excel: "Excel", hdf5: "HDF5" } as const;
