import type { Frame, Summary } from "./contracts/aggregates.ts";
import { PURPOSES, type Purpose } from "./contracts/harm.ts";
import type { CheckOptions } from "./contracts/options.ts";
import type { ProgressListener } from "./contracts/progress.ts";
import type { Report } from "./contracts/report.ts";
import type { Localization } from "./contracts/rows.ts";
import { localizeRows } from "./localize/localizeRows.ts";
import { type Measurements, measureSides, targetOf } from "./measureSides.ts";
import type { Side, Sides } from "./openSides.ts";
import { sayNoRows } from "./profile/harmWithoutRows.ts";
import { sayProfile } from "./profile/sayProfile.ts";
import { readerOf } from "./readerOf.ts";
import { type Remedies, recommend } from "./recommend/recommend.ts";
import { showValues } from "./showValues.ts";
import { buildReport } from "./verdict/buildReport.ts";
import { writeNotes } from "./verdict/writeNotes.ts";

/** A check's report, and what whoever mends the candidate has to know beside it. */
export interface Examined {
  readonly report: Report;
  readonly frame: Frame;
  /** What was judged, with all its columns. */
  readonly sides: Sides;
  /** Null where nothing was tried: the check was quick, or nothing is to be mended. */
  readonly remedies: Remedies | null;
}

/** Measures both sides, judges, and says which rows do it and what would help. */
export async function checkSides(...asked: Parameters<typeof examineSides>): Promise<Report> {
  const [, { showValues: isShown }] = asked;
  const { report, sides } = await examineSides(...asked);
  return isShown ? showValues(report, sides) : report;
}

/** As `checkSides`, with what was learned of rows; `verdictOnly` leaves rows and remedies out, as a quick check does. */
export async function examineSides(
  sides: Sides,
  options: CheckOptions,
  onProgress: ProgressListener,
  { verdictOnly = options.quick }: { readonly verdictOnly?: boolean } = {},
): Promise<Examined> {
  const { view, notes, frame, tables, evidence, harm } = await measureSides(sides, options, onProgress);
  const { plan } = view.sides;
  const purposes = purposesOf(options);
  const localization = verdictOnly
    ? null
    : await localize({ view, frame, tables, evidence }, options.seed, onProgress);
  const built = buildReport({
    plan,
    frame,
    evidence,
    harm,
    purposes,
    hasReference: options.reference.length > 0,
    rows: localization?.report ?? null,
    recommendations: null,
    data: { ...dataOf(sides, tables, options), unit: view.unit },
    notes: [
      ...sides.notes,
      ...notes,
      ...writeNotes({ plan, frame, evidence, options }),
      ...sayProfile(sides),
    ],
    seed: options.seed,
  });
  const report = tables.reference.sample.rows > 0 ? built : sayNoRows(built);
  const examined = { report, frame, sides: view.sides, remedies: null };
  // Remedies are tried on a table's rows; documents and episodes are more than the numbers of theirs.
  if (verdictOnly || view.unit !== "row") return examined;
  if (report.verdict === "healthy") return { ...examined, report: { ...report, recommendations: [] } };
  onProgress({ phase: "Trying remedies" });
  const remedies = recommend({
    tables,
    frame,
    harm,
    measured: evidence.measured,
    localization,
    purposes,
    target: targetOf(plan, options),
    confidence: report.verdict === "collapsed" ? report.confidence : null,
    prices: options.prices ?? null,
    seed: options.seed,
  });
  return { ...examined, report: { ...report, recommendations: [...remedies.recommendations] }, remedies };
}

/** Which rows do it; of documents and episodes nobody asks yet. */
async function localize(
  { view, frame, tables, evidence }: Pick<Measurements, "view" | "frame" | "tables" | "evidence">,
  seed: number,
  onProgress: ProgressListener,
): Promise<Localization | null> {
  if (view.unit !== "row") return null;
  const { plan, candidate } = view.sides;
  onProgress({ phase: "Looking for rows" });
  return localizeRows({
    plan,
    frame,
    tables,
    evidence,
    readCandidate: readerOf(candidate, onProgress),
    seed,
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
