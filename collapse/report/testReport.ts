import { DIMENSIONS, type Dimension } from "../contracts/metrics.ts";
import type { Finding, Report } from "../contracts/report.ts";

// Reports as the tests of the writers need them: one that could be real, and one whose every name is hostile.

export const HOSTILE =
  "\"><script>alert('x')</script>&amp;]]><!-- \u0000\u001b[2J\u202etxt.exe\u2069 שלום \ud800 </style><img src=x onerror=y>";

type Scored = Report["dimensions"][Dimension];

const finding = (metric: string, subject: string | null, value: number, says: string): Finding => ({
  metric,
  subject,
  value,
  null_low: -0.04,
  null_high: 0.05,
  z: value / 0.022,
  says,
});

const scored = (score: number, ...findings: Finding[]): Scored => ({
  score,
  status: score >= 70 ? "ok" : score >= 50 ? "warn" : "bad",
  findings,
});

/** A report of a candidate whose tails are cut. */
export function sampleReport(): Report {
  return {
    schema_version: 1,
    verdict: "collapsed",
    confidence: null,
    score: 31,
    summary: [
      "`capital_gain`: 41 % fewer rows lie above the real 97.5 % point.",
      "`age × hours`: their dependence is weaker than between two halves of the real rows.",
      "12 % of the rows repeat another one; of the real rows 0.3 % do.",
    ],
    evidence: { p: 0.0049, t: 61.2, null_95: 4.31, rows_a_side: 3000 },
    harm: {
      predictive: {
        verdict: "collapsed",
        because: "A model trained on the candidate errs 1.42 times as much on the worst target.",
        channels: [
          {
            channel: "mean",
            subject: null,
            value: 1.08,
            low: 1.04,
            high: 1.13,
            null_high: 1.03,
            margin: 1.1,
            eligible: true,
            rows_needed: null,
          },
          {
            channel: "worst_target",
            subject: "income",
            value: 1.42,
            low: 1.34,
            high: 1.57,
            null_high: 1.11,
            margin: 1.3,
            eligible: true,
            rows_needed: null,
          },
          {
            channel: "tail",
            subject: null,
            value: 1.21,
            low: 0.83,
            high: 1.81,
            null_high: 1.38,
            margin: 1.3,
            eligible: false,
            rows_needed: 8400,
          },
        ],
      },
      generative: {
        verdict: "healthy",
        because: "A model of the candidate explains real rows as well as one of real rows does.",
        channels: [
          {
            channel: "tree_nats",
            subject: "capital_gain",
            value: 0.012,
            low: 0.004,
            high: 0.021,
            null_high: 0.011,
            margin: 0.05,
            eligible: true,
            rows_needed: null,
          },
        ],
      },
      copies: { of_candidate: 17, of_reference: 2 },
    },
    dimensions: {
      distribution_fidelity: scored(
        38,
        finding(
          "tail_high",
          "capital_gain",
          -0.53,
          "`capital_gain`: 41 % fewer rows lie above the real 97.5 % point.",
        ),
        finding("ks", "age", 0.081, "`age`: its distribution is off by up to 8.1 % of the rows."),
      ),
      correlation_preservation: scored(
        61,
        finding("pair_tvd", "age × hours", 0.12, "`age × hours`: their dependence is weaker."),
      ),
      entropy_stability: scored(
        22,
        finding("duplicate_excess", null, 0.12, "12 % of the rows repeat another one."),
      ),
      gradient_health: scored(
        94,
        finding("alignment", null, 0.01, "The gradient points where it does for real rows."),
      ),
      loss_landscape: scored(88),
      spectral_coherence: scored(
        73,
        finding("effective_rank", null, -0.08, "The rows spread over fewer directions."),
      ),
      generalization_gap: { score: null, status: "not_computable", findings: [] },
      statistical_consistency: scored(100),
    },
    columns: [
      {
        name: "age",
        kind: "number",
        role: "feature",
        because: "74 distinct numbers",
        analyzed: true,
        z: 3.7,
      },
      {
        name: "capital_gain",
        kind: "number",
        role: "feature",
        because: "1,204 distinct numbers",
        analyzed: true,
        z: -24.1,
      },
      { name: "note", kind: "text", role: "feature", because: "long strings", analyzed: false, z: null },
      {
        name: "income",
        kind: "category",
        role: "target",
        because: "2 distinct strings",
        analyzed: true,
        z: 1.2,
      },
    ],
    rows: {
      found: "rows",
      method: "joint",
      flagged: 240,
      fdr: 0.1,
      items: [
        { row: 17, reason: "Its values do not go together, `age` least.", columns: ["age"], p: 0.0002 },
        { row: 19_999, reason: "Its values do not go together.", columns: [], p: 0.0004 },
      ],
      map: Array.from({ length: 60 }, (_, part) => (part < 20 ? 12 : 0)),
    },
    recommendations: null,
    data: {
      unit: "row",
      candidate: { files: ["synthetic.csv"], rows: 20_000 },
      reference: { files: ["real-2023.csv", "real-2024.csv"], rows: 1_048_576 },
      sampled: { candidate: 20_000, reference: 50_000 },
      ignored: ["row_id"],
    },
    notes: ["Not analyzed, since text cannot be yet: `note`."],
    seed: 1,
  };
}

/** A report of `columns` columns in which every string that comes from somebody else is `text`. */
export function hostileReport(text: string, columns: number): Report {
  const sample = sampleReport();
  const worst = { ...finding("ks", text, 1.5, text), subject: text };
  const channel = {
    channel: text,
    subject: text,
    value: 2,
    low: 1,
    high: 3,
    null_high: 1.1,
    margin: 1.3,
    eligible: true,
    rows_needed: null,
  };
  const harm = { verdict: "collapsed" as const, because: text, channels: [channel, channel] };
  return {
    ...sample,
    summary: [text, text, text],
    harm: { ...sample.harm, predictive: harm, generative: harm },
    dimensions: {
      ...sample.dimensions,
      ...Object.fromEntries(DIMENSIONS.map((name) => [name, scored(10, ...Array(10).fill(worst))])),
    },
    columns: Array.from({ length: columns }, (_, index) => ({
      name: text,
      kind: "number",
      role: "feature",
      because: text,
      analyzed: true,
      z: index,
    })),
    rows: {
      found: "rows",
      method: "duplicates",
      flagged: 100_000,
      fdr: 0.1,
      items: Array.from({ length: 100 }, (_, row) => ({
        row,
        reason: text,
        columns: [text, text, text],
        p: 0.5,
      })),
      map: Array(60).fill(1),
    },
    recommendations: null,
    data: {
      unit: "row",
      candidate: { files: Array(columns).fill(text), rows: 1 },
      reference: { files: Array(columns).fill(text), rows: 1 },
      sampled: { candidate: 1, reference: 1 },
      ignored: Array(columns).fill(text),
    },
    notes: Array(columns).fill(text),
  };
}
