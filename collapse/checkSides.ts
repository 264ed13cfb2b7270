import type { Summary } from "./contracts/aggregates.ts";
import { PURPOSES, type Purpose } from "./contracts/harm.ts";
import type { CheckOptions } from "./contracts/options.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Report } from "./contracts/report.ts";
import { measureSides } from "./measureSides.ts";
import type { Side, Sides } from "./openSides.ts";
import { buildReport } from "./verdict/buildReport.ts";
import { writeNotes } from "./verdict/writeNotes.ts";

/** Measures both sides, judges, and says which rows do it and what would help. */
export async function checkSides(
  sides: Sides,
  options: CheckOptions,
  onProgress: ProgressListener,
): Promise<Report> {
  const { plan } = sides;
  const { frame, tables, evidence, harm } = await measureSides(sides, options, onProgress);
  return buildReport({
    plan,
    frame,
    evidence,
    harm,
    purposes: purposesOf(options),
    hasReference: options.reference.length > 0,
    rows: null,
    recommendations: null,
    data: dataOf(sides, tables, options),
    notes: writeNotes({ plan, evidence, options }),
    seed: options.seed,
  });
}

function purposesOf({ purpose }: CheckOptions): readonly Purpose[] {
  if (purpose === "both") return PURPOSES;
  return [purpose === "predict" ? "predictive" : "generative"];
}

function dataOf(
  { reference, candidate, ignored }: Sides,
  tables: { readonly reference: Summary; readonly candidate: Summary },
  options: CheckOptions,
): Report["data"] {
  const shown = ({ files, rows }: Side): { files: string[]; rows: number } => ({ files: [...files], rows });
  return {
    unit: "row",
    candidate: shown(candidate),
    reference: options.reference.length > 0 ? shown(reference) : null,
    sampled: { candidate: tables.candidate.sample.rows, reference: tables.reference.sample.rows },
    ignored: [...ignored],
  };
}
