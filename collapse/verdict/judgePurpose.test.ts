import { expect, test } from "vitest";
import type { HarmChannel } from "../contracts/harm.ts";
import { judgePurpose } from "./judgePurpose.ts";

const MARGIN = Math.log(1.1);

const channel = (over: Partial<HarmChannel> = {}): HarmChannel => ({
  purpose: "predictive",
  channel: "mean",
  subject: null,
  value: 0,
  low: -0.02,
  high: 0.02,
  nullHigh: 0.02,
  nullSd: 0.01,
  margin: MARGIN,
  eligible: true,
  rowsNeeded: null,
  ...over,
});
const harmful = channel({ value: 3 * MARGIN, low: 2 * MARGIN, high: 4 * MARGIN });
const undecided = channel({ value: 0.9 * MARGIN, low: 0.5 * MARGIN, high: 1.29 * MARGIN });
const noisy = channel({ eligible: false, rowsNeeded: 4_321 });

const different = { p: 0.005, enoughRows: true, rowsASide: 1_000 };
const alike = { p: 0.4, enoughRows: true, rowsASide: 1_000 };
const few = { p: 0.005, enoughRows: false, rowsASide: 120 };

const verdictOf = (channels: readonly HarmChannel[], known: typeof different): string =>
  judgePurpose("predictive", channels, known).verdict;

test("a set that differs and harms beyond the margin is collapsed", () => {
  expect(verdictOf([channel(), harmful], different)).toBe("collapsed");
});

test("a set that differs and does not harm is healthy: different is not collapsed", () => {
  expect(verdictOf([channel()], different)).toBe("healthy");
});

test("harm of a set that cannot be told from real rows is not called collapse", () => {
  expect(verdictOf([harmful], { ...different, p: 0.01 })).toBe("indeterminate");
});

test("an interval over the margin leaves a set undecided, and says what would decide it", () => {
  const { verdict, because } = judgePurpose("predictive", [channel(), undecided], different);
  expect(verdict).toBe("indeterminate");
  expect(because).toContain("16 times as many rows");
});

test("a set that nothing tells from real rows is healthy unless a median passes its margin", () => {
  expect(verdictOf([undecided], alike)).toBe("healthy");
  expect(verdictOf([undecided, channel({ value: 1.1 * MARGIN, high: 2 * MARGIN })], alike)).toBe(
    "indeterminate",
  );
});

test("too few rows block healthy, never collapsed", () => {
  expect(verdictOf([channel()], few)).toBe("insufficient_data");
  expect(verdictOf([harmful], few)).toBe("collapsed");
});

test("without a channel that real rows let decide, the rows that would do are named", () => {
  const { verdict, because } = judgePurpose("predictive", [noisy], different);
  expect(verdict).toBe("insufficient_data");
  expect(because).toContain("4,300 rows");
  expect(judgePurpose("predictive", [channel({ eligible: false })], different).because).toContain(
    "can be measured on these columns",
  );
});

test("a channel that cannot be decided accuses nobody", () => {
  const mild = { ...harmful, eligible: false, low: 0.5 * MARGIN };
  expect(verdictOf([channel(), mild], different)).toBe("healthy");
  expect(verdictOf([channel(), { ...harmful, eligible: false }], different)).not.toBe("collapsed");
});

test("a channel too noisy to decide blocks healthy where it lies beyond its margin and its null", () => {
  const warning = { ...harmful, eligible: false, rowsNeeded: 365 };
  const { verdict, because } = judgePurpose("predictive", [channel(), warning], different);
  expect(verdict).toBe("indeterminate");
  expect(because).toContain("about 370 rows a side");
  expect(verdictOf([channel(), warning], alike)).toBe("healthy");
  expect(verdictOf([channel(), { ...warning, nullHigh: 5 * MARGIN }], different)).toBe("healthy");
});

test("channels of another purpose, and those that could not be computed, are not heard", () => {
  expect(verdictOf([channel(), { ...harmful, purpose: "generative" }], different)).toBe("healthy");
  expect(verdictOf([channel(), { ...harmful, value: Number.NaN }], different)).toBe("healthy");
  expect(verdictOf([channel({ value: Number.NaN })], different)).toBe("insufficient_data");
});
