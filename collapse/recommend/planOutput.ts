import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { CheckFailure } from "../contracts/failure.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { OutputForm, RawTable } from "./rawTable.ts";

/** Where the mended set goes, and how it is written. */
export interface PlannedOutput {
  /** Absolute. */
  readonly path: string;
  readonly form: OutputForm;
}

/** Plans the output before any work is done: a wrong name is said now. Failure: `bad_option`. */
export async function planOutput(
  output: string,
  candidate: RawTable,
  inputs: readonly string[],
): Promise<Outcome<PlannedOutput, CheckFailure>> {
  const form = formOf(output, candidate);
  if (form === null)
    return refused(
      `${output} has no ending that says how it is to be written.`,
      "End its name in .parquet, .csv, .tsv or .jsonl.",
    );
  const folder = await realpath(dirname(resolve(output))).catch(() => null);
  if (folder === null || !(await isFolder(folder)))
    return refused(`There is no folder ${dirname(output)}.`, "Make it, or name another file.");
  const path = join(folder, basename(output));
  if (await isFolder(path)) return refused(`${output} is a folder.`, "Name a file in it.");
  const same = await realpath(path).catch(() => path);
  if (inputs.includes(same))
    return refused(`${output} is read, and would be overwritten.`, "Name another file.");
  return done({ path, form });
}

function formOf(output: string, { format }: RawTable): OutputForm | null {
  const ending = /\.([a-z]+)$/i.exec(output)?.[1]?.toLowerCase();
  if (ending === "parquet" || ending === "pq") return { kind: "parquet" };
  if (ending === "jsonl" || ending === "ndjson") return { kind: "jsonl" };
  if (ending === "tsv") return { kind: "csv", delimiter: "\t" };
  if (ending === "csv") return { kind: "csv", delimiter: format.kind === "csv" ? format.delimiter : "," };
  return null;
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() === true;

const refused = (detail: string, fix: string) =>
  failed({ code: "bad_option", detail, fix, file: null, column: null } as const);
