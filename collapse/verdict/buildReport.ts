import type { Frame } from "../contracts/aggregates.ts";
import type { TablePlan } from "../contracts/columns.ts";
import type { HarmChannel, HarmResult, Purpose } from "../contracts/harm.ts";
import { DIMENSIONS, type Measured } from "../contracts/metrics.ts";
import { type Report, reportSchema, SCHEMA_VERSION, type Verdict } from "../contracts/report.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";
import { findDifferences, findingsOf } from "./findDifferences.ts";
import { type Judgment, judgePurpose, worstOf } from "./judgePurpose.ts";
import { scoreDimensions } from "./scoreDimensions.ts";
import { summarizeFindings } from "./summarizeFindings.ts";

/** All that a check found out. */
export interface Found {
  readonly plan: TablePlan;
  readonly frame: Frame;
  readonly evidence: Evidence;
  readonly harm: HarmResult;
  readonly purposes: readonly Purpose[];
  readonly hasReference: boolean;
  readonly data: Report["data"];
  readonly rows: Report["rows"];
  readonly recommendations: Report["recommendations"];
  readonly notes: readonly string[];
  readonly seed: number;
}

/** From the worst to the best: a set that may harm weighs more than one of which nobody can say. */
const WORST_FIRST: readonly Verdict[] = ["collapsed", "indeterminate", "insufficient_data", "healthy"];

/** Judges, scores and words what was found. */
export function buildReport(found: Found): Report {
  const { evidence, harm, purposes } = found;
  const judgments = new Map(
    purposes.map((purpose) => [
      purpose,
      atMostIndeterminate(judgePurpose(purpose, harm.channels, evidence), found.hasReference),
    ]),
  );
  const differences = findDifferences(evidence);
  const scores = scoreDimensions(evidence.measured, evidence.rowsASide);
  const asked = harm.channels.filter((channel) => judgments.has(channel.purpose));
  const verdict = worstVerdict([...judgments.values()]);
  return reportSchema.parse({
    schema_version: SCHEMA_VERSION,
    verdict,
    confidence: null,
    // A number beside "insufficient data" would be read as one.
    score: verdict === "insufficient_data" ? null : scoreOf(asked),
    summary: summarizeFindings(asked, differences),
    evidence: evidenceOf(evidence),
    harm: {
      predictive: harmOf("predictive", judgments, harm),
      generative: harmOf("generative", judgments, harm),
      copies: { of_candidate: harm.copies.ofCandidate, of_reference: harm.copies.ofReference },
    },
    dimensions: Object.fromEntries(
      DIMENSIONS.map((dimension) => [
        dimension,
        { ...scores.get(dimension), findings: findingsOf(dimension, differences) },
      ]),
    ),
    columns: columnsOf(found),
    rows: found.rows,
    recommendations: found.recommendations,
    data: found.data,
    notes: found.notes,
    seed: found.seed,
  });
}

/** Rows that are only older are no proof of what is real. */
function atMostIndeterminate(judgment: Judgment, hasReference: boolean): Judgment {
  if (hasReference || judgment.verdict === "insufficient_data") return judgment;
  return { verdict: "indeterminate", because: `Without real rows nothing is sure. ${judgment.because}` };
}

function worstVerdict(judgments: readonly Judgment[]): Verdict {
  return (
    WORST_FIRST.find((verdict) => judgments.some((judgment) => judgment.verdict === verdict)) ??
    "indeterminate"
  );
}

/** 100 without harm, 50 at the margin; of the decidable channel that is worst. */
function scoreOf(channels: readonly HarmChannel[]): number | null {
  const worst = worstOf(channels.filter(({ eligible, value }) => eligible && Number.isFinite(value)));
  return worst && 100 * 2 ** -Math.max(0, worst.value / worst.margin);
}

function evidenceOf({ measured, p, t, null95, rowsASide }: Evidence): Report["evidence"] {
  const any = measured.some(({ inEvidence, z }) => inEvidence && Number.isFinite(z));
  return any ? { p, t, null_95: null95, rows_a_side: rowsASide } : null;
}

function harmOf(
  purpose: Purpose,
  judgments: ReadonlyMap<Purpose, Judgment>,
  harm: HarmResult,
): Report["harm"][Purpose] {
  const judgment = judgments.get(purpose);
  if (!judgment) return null;
  const channels = harm.channels.filter((channel) => channel.purpose === purpose && isKnown(channel));
  return { ...judgment, channels: channels.map(shownChannel) };
}

const isKnown = ({ value, low, high, nullHigh }: HarmChannel): boolean =>
  [value, low, high, nullHigh].every(Number.isFinite);

/** Ratios are measured as logs, and shown as ratios. */
function shownChannel(channel: HarmChannel): NonNullable<Report["harm"][Purpose]>["channels"][number] {
  const shown = channel.purpose === "predictive" ? Math.exp : (value: number): number => value;
  return {
    channel: channel.channel,
    subject: channel.subject,
    value: shown(channel.value),
    low: shown(channel.low),
    high: shown(channel.high),
    null_high: shown(channel.nullHigh),
    margin: shown(channel.margin),
    eligible: channel.eligible,
    rows_needed: channel.rowsNeeded,
  };
}

function columnsOf({ plan, frame, evidence }: Found): Report["columns"] {
  return plan.columns.map((column, index) => {
    const names = new Set(
      frame.variables.filter((variable) => variable.column === index).map((variable) => variable.name),
    );
    return {
      name: column.name,
      kind: column.kind,
      role: column.role,
      because: column.because,
      analyzed: names.size > 0,
      z: worstZ(evidence.measured.filter(({ subject }) => subject !== null && names.has(subject))),
    };
  });
}

function worstZ(measured: readonly Measured[]): number | null {
  const known = measured.map(({ z }) => Math.abs(z)).filter(Number.isFinite);
  return known.length === 0 ? null : known.reduce((most, z) => Math.max(most, z), 0);
}
