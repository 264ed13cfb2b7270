import { expect, test } from "vitest";
import { channelOf, quantileOf, unknownChannel } from "./channelOf.ts";

const pairs = (nullSd: number, trainedRows: number, leastRows?: number) =>
  channelOf({
    purpose: "predictive",
    channel: "mean",
    subject: null,
    margin: 0.1,
    null: [nullSd, -nullSd, nullSd, -nullSd, 0].map((value) => value),
    candidate: [0.4, 0.2, 0.3, 0.1, 0.5],
    trainedRows,
    ...(leastRows === undefined ? {} : { leastRows }),
  });

test("value, low and high are the median and the middle 90 % of the pairs", () => {
  const { value, low, high } = pairs(0.01, 500);
  expect(value).toBe(0.3);
  expect(low).toBeCloseTo(0.12, 12);
  expect(high).toBeCloseTo(0.48, 12);
});

test("a null of sd beyond margin / 3.3 is not eligible, and says how many rows would make it so", () => {
  expect(pairs(0.03, 500)).toMatchObject({ eligible: true, rowsNeeded: null });
  const wide = pairs(0.06, 500);
  expect(wide.eligible).toBe(false);
  expect(wide.nullSd).toBeCloseTo(0.06, 12);
  expect(wide.rowsNeeded).toBe(Math.ceil(500 * (3.3 * wide.nullSd * 10) ** 2));
});

test("too few rows are not eligible, however narrow the null", () => {
  expect(pairs(0.001, 49)).toMatchObject({ eligible: false, rowsNeeded: 50 });
  expect(pairs(0.001, 500, 2000)).toMatchObject({ eligible: false, rowsNeeded: 2000 });
});

test("a channel that nothing is known of leaves both answers open", () => {
  const { low, high, margin, eligible } = unknownChannel("generative", "tree_nats", 0.05, 1);
  expect(low).toBeLessThan(-margin);
  expect(high).toBeGreaterThan(margin);
  expect(eligible).toBe(false);
});

test("quantiles lie between order statistics", () => {
  expect(quantileOf(Float64Array.from([1, 2, 4]), 0.75)).toBe(3);
});
