import { expect, test } from "vitest";
import type { Frame } from "../contracts/aggregates.ts";
import type { TablePlan } from "../contracts/columns.ts";
import type { HarmChannel, HarmResult } from "../contracts/harm.ts";
import type { Measured } from "../contracts/metrics.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";
import { buildReport, type Found } from "./buildReport.ts";

const plan: TablePlan = {
  columns: [
    { name: "age", kind: "number", role: "feature", because: "73 distinct numbers" },
    { name: "remark", kind: "text", role: "feature", because: "long strings" },
  ],
  group: null,
};

const frame: Frame = {
  variables: [
    {
      kind: "number",
      part: "value",
      name: "age",
      column: 0,
      isTarget: false,
      edges: new Float64Array(0),
      shareBelow: new Float64Array(0),
    },
  ],
  pairs: [],
  classes: [],
  grids: new Float64Array(1),
  encoding: { width: 0, features: [], dense: 0, encoders: [] },
};

const measured = (over: Partial<Measured>): Measured => ({
  dimension: "distribution_fidelity",
  metric: "ks",
  subject: "age",
  inEvidence: true,
  value: 0,
  nullMedian: 0,
  nullLow: -0.1,
  nullHigh: 0.1,
  z: 0,
  ...over,
});

const evidenceOf = (all: readonly Measured[]): Evidence => ({
  measured: all,
  t: 9,
  p: 0.005,
  null95: 4,
  rowsASide: 1_000,
  drawnBy: "parts",
  enoughRows: true,
});

const channel = (over: Partial<HarmChannel>): HarmChannel => ({
  purpose: "predictive",
  channel: "mean",
  subject: null,
  value: 0,
  low: -0.01,
  high: 0.01,
  nullHigh: 0.01,
  nullSd: 0.01,
  margin: Math.log(1.1),
  eligible: true,
  rowsNeeded: null,
  ...over,
});
const nats = (value: number): HarmChannel =>
  channel({
    purpose: "generative",
    channel: "tree_nats",
    value,
    low: value - 0.01,
    high: value + 0.01,
    margin: 0.05,
  });

const harmOf = (channels: readonly HarmChannel[]): HarmResult => ({
  channels,
  copies: { ofCandidate: 3, ofReference: 2 },
  trainedRows: 500,
  testedRows: 500,
});

const found = (channels: readonly HarmChannel[], over: Partial<Found> = {}): Found => ({
  plan,
  frame,
  evidence: evidenceOf([]),
  harm: harmOf(channels),
  purposes: ["predictive", "generative"],
  hasReference: true,
  rows: null,
  recommendations: null,
  data: {
    unit: "row",
    candidate: { files: ["c.csv"], rows: 1_000 },
    reference: { files: ["r.csv"], rows: 2_000 },
    sampled: { candidate: 1_000, reference: 2_000 },
    ignored: [],
  },
  notes: [],
  seed: 1,
  ...over,
});

test("the headline is the worst purpose that was asked for", () => {
  expect(buildReport(found([channel({}), nats(0.2)])).verdict).toBe("collapsed");
  expect(buildReport(found([channel({}), nats(0.2)], { purposes: ["predictive"] })).verdict).toBe("healthy");
  expect(buildReport(found([channel({})])).verdict).toBe("insufficient_data");
  expect(buildReport(found([channel({}), nats(0.045)])).verdict).toBe("indeterminate");
});

test("the score is 100 without harm and 50 at the margin, by the worst channel that counts", () => {
  expect(buildReport(found([channel({ value: -0.1 }), nats(0)])).score).toBe(100);
  expect(buildReport(found([channel({}), nats(0.05)])).score).toBeCloseTo(50, 10);
  expect(buildReport(found([channel({ eligible: false, value: 9 }), nats(0.05)])).score).toBeCloseTo(50, 10);
  expect(buildReport(found([])).score).toBeNull();
});

test("ratios of errors are shown as ratios, nats as nats", () => {
  const { predictive, generative } = buildReport(found([channel({ value: Math.log(2) }), nats(0.2)])).harm;
  expect(predictive?.channels[0]).toMatchObject({
    value: expect.closeTo(2, 10),
    margin: expect.closeTo(1.1, 10),
  });
  expect(generative?.channels[0]).toMatchObject({ value: 0.2, margin: 0.05 });
});

test("without a reference nothing is healthy or collapsed", () => {
  for (const value of [0, 0.2])
    expect(buildReport(found([channel({}), nats(value)], { hasReference: false })).verdict).toBe(
      "indeterminate",
    );
});

test("the summary says harm first, then each cause once, in the plainest words", () => {
  const evidence = evidenceOf([
    measured({ metric: "tail_low_2_5", value: Math.log(0.29), z: -22 }),
    measured({ metric: "w1", value: 0.5, z: 25 }),
    measured({
      metric: "entropy_change",
      dimension: "entropy_stability",
      subject: "size",
      value: -0.4,
      z: -12,
    }),
    measured({
      metric: "chi_square",
      dimension: "statistical_consistency",
      subject: "shop",
      value: 0.12,
      z: 3,
    }),
  ]);
  const { summary, dimensions, columns } = buildReport(found([channel({}), nats(0.2)], { evidence }));
  expect(summary).toEqual([
    expect.stringContaining("0.200 nats"),
    expect.stringContaining("`age`: the lowest 2.5 % of real values have 71 % fewer rows"),
    expect.stringContaining("`size`: values are less varied"),
  ]);
  expect(dimensions.distribution_fidelity.findings.map(({ metric }) => metric)).toEqual([
    "w1",
    "tail_low_2_5",
  ]);
  // Beyond its own range, and within what the largest of all is by chance.
  expect(dimensions.statistical_consistency.findings).toEqual([]);
  expect(columns).toMatchObject([
    { name: "age", analyzed: true, z: 25 },
    { name: "remark", analyzed: false, z: null },
  ]);
});
