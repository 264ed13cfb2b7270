import { expect, test } from "vitest";
import type { HarmResult } from "../contracts/harm.ts";
import type { Measured } from "../contracts/metrics.ts";
import { harmWithoutRows } from "./harmWithoutRows.ts";

const NOTHING: HarmResult = {
  channels: [],
  copies: { ofCandidate: 0, ofReference: 0 },
  trainedRows: 0,
  testedRows: 0,
};

/** The excess risk of one target, and half of the range that real rows have. */
const risk = (subject: string, value: number, aside: number): Measured => ({
  dimension: "loss_landscape",
  metric: "excess_risk",
  subject,
  inEvidence: false,
  value,
  nullMedian: 0,
  nullLow: -aside,
  nullHigh: aside,
  z: 0,
});

const channelsOf = (...measured: readonly Measured[]) =>
  harmWithoutRows(NOTHING, {
    measured,
    rowsASide: 1_000,
    t: 9,
    p: 0.001,
    null95: 4,
    drawnBy: "buckets",
    enoughRows: true,
  }).channels;

test("the error that a linear model adds is the channel's ratio, in logarithms", () => {
  const [channel] = channelsOf(risk("y", 0.5, 0.02));
  expect(channel).toMatchObject({ channel: "linear", purpose: "predictive", subject: "y", eligible: true });
  expect(channel?.value).toBeCloseTo(Math.log(1.5), 12);
  expect([channel?.low, channel?.high]).toEqual([Math.log(1.48), Math.log(1.52)]);
});

test.each([
  ["below the margin", [risk("y", 0.08, 0.001)]],
  ["beyond it by less than the null's width", [risk("y", 0.12, 0.03)]],
  ["of a null too wide to decide by", [risk("y", 3, 0.9)]],
  [
    "of one target of many",
    [risk("y", 0.5, 0.01), ...Array.from({ length: 9 }, (_, k) => risk(`x${k}`, 0, 0.01))],
  ],
  ["that could not be computed", [risk("y", Number.NaN, 0.01)]],
  ["of none", []],
])("a linear model that is blind to much says nothing of an excess %s", (_, measured) => {
  expect(channelsOf(...measured)).toEqual([]);
});
