import { statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { type CommandFailure, wrongData } from "../failure.ts";

/** The forms of a report that can be written to a file, by the option that names it. */
export type ReportForm = "json" | "html" | "junit";

export interface ReportFile {
  readonly form: ReportForm;
  readonly path: string;
}

/** Where a report goes: to files, and in one form at most to standard output (`-`). */
export interface ReportPlan {
  readonly files: readonly ReportFile[];
  readonly standardOutput: ReportForm | null;
}

/** Plans the reports before any work is done: a folder that is not there is said now, not after minutes. */
export function planReports(
  named: Readonly<Partial<Record<ReportForm, string | undefined>>>,
  inputs: readonly string[],
  cwd: string,
): Outcome<ReportPlan, CommandFailure> {
  const forms = (["json", "html", "junit"] as const).filter((form) => named[form] !== undefined);
  const [standardOutput = null, second] = forms.filter((form) => named[form] === "-");
  if (second !== undefined)
    return wrongData(
      `--${standardOutput} and --${second} cannot both go to standard output.`,
      "Give one of them a file.",
    );
  const files = forms
    .filter((form) => form !== standardOutput)
    .map((form) => ({ form, path: resolve(cwd, named[form] ?? "") }));
  const read = new Set(inputs.map((input) => resolve(cwd, input)));
  for (const { form, path } of files) {
    if (read.has(path))
      return wrongData(`--${form} would overwrite ${path}, which is read.`, "Name another file.");
    if (!isFolder(dirname(path)))
      return wrongData(`--${form}: there is no folder ${dirname(path)}.`, "Make it, or name another file.");
    if (isFolder(path)) return wrongData(`--${form}: ${path} is a folder.`, "Name a file in it.");
  }
  const twice = files.find(({ path }, at) => files.findIndex((other) => other.path === path) < at);
  return twice === undefined
    ? done({ files, standardOutput })
    : wrongData(`${twice.path} is named for two reports.`, "Give each its own file.");
}

/** Writes one report; a full disk or a missing right is the user's to mend. */
export function writeReport({ form, path }: ReportFile, text: string): Outcome<null, CommandFailure> {
  try {
    writeFileSync(path, text);
    return done(null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return wrongData(`--${form}: ${path} cannot be written: ${reason}.`, "Name a file that can be written.");
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
