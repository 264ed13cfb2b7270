import { expect, test } from "vitest";
import { chooseTrials, intervalOf } from "./chooseTrials.ts";
import { type Trial, UNCHANGED } from "./trial.ts";

const mixing = (realShare: number): Trial => ({ ...UNCHANGED, action: "mix_real", realShare });
const weighing = (cap: number): Trial => ({ ...UNCHANGED, action: "reweight", parameters: { cap } });
const steady = (harm: number): number[] => Array(10).fill(harm);

test("of real rows the least share is taken that brings the whole interval below the margin", () => {
  const trials = [UNCHANGED, mixing(0.01), mixing(0.1), mixing(0.3), mixing(0.5)];
  const harm = [steady(3), steady(1.2), [...steady(0.8).slice(3), 1.4, 1.4, 1.4], steady(0.9), steady(0.2)];
  expect(chooseTrials(trials, harm)).toEqual([3]);
});

test("where no share is enough, and of other parameters, the one that leaves the least harm is taken", () => {
  const trials = [UNCHANGED, mixing(0.1), mixing(0.5), weighing(3), weighing(10)];
  const harm = [steady(9), steady(8), steady(4), steady(0.5), steady(0.7)];
  expect(chooseTrials(trials, harm)).toEqual([2, 3]);
});

test("an interval is the median and the middle 90 % of the pairs", () => {
  const { value, low, high } = intervalOf(Array.from({ length: 101 }, (_, at) => 100 - at));
  expect([value, low, high]).toEqual([50, 5, 95]);
});
