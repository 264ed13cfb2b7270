import { expect, test } from "vitest";
import type { Measured } from "../contracts/metrics.ts";
import { sayAction, sayStop } from "./sayAction.ts";

const measured = (metric: string, value: number, z: number): Measured => ({
  dimension: "distribution_fidelity",
  metric,
  subject: null,
  inEvidence: true,
  value,
  nullMedian: 0,
  nullLow: -0.1,
  nullHigh: 0.1,
  z,
});
const regenerate = (all: readonly Measured[]): string =>
  sayAction({ action: "regenerate", parameters: {}, rows: { kept: 0, added: 9 } }, 9, all);

test("the generator is told by the signs of the metrics what to change", () => {
  expect(regenerate([measured("log_variance_ratio", -0.4, -30)])).toContain("raise the temperature");
  expect(regenerate([measured("log_variance_ratio", 0.4, 30)])).toContain("lower the temperature");
  expect(regenerate([measured("fisher_excess", 0.4, 30)])).toContain("models them jointly");
  expect(regenerate([measured("duplicate_excess", 0.4, 30), measured("log_variance_ratio", -0.1, -3)])).toBe(
    "Generate the rows anew: its rows crowd or repeat, so draw from a generator that has not learned single rows by heart, or with a wider bandwidth.",
  );
  expect(regenerate([])).toContain("train the generator on more real rows");
});

test("numbers stand in the sentence: rows, their share, the cap", () => {
  const rows = { kept: 990, added: 0 };
  expect(sayAction({ action: "drop_flagged", parameters: {}, rows }, 1_000, [])).toBe(
    "Drop the 10 rows that are flagged (1 %).",
  );
  const mixed = {
    action: "mix_real",
    parameters: { real_share: 0.03 },
    rows: { kept: 40_000, added: 1_237 },
  } as const;
  expect(sayAction(mixed, 40_000, [])).toBe("Mix in 1,237 real rows, 3 % of the set.");
});

test("what training anyway is expected to lose is said where a run has a price", () => {
  expect(sayStop(0.9, { amount: 1_800, currency: "EUR" })).toContain("expected to lose 1,800 EUR");
  expect(sayStop(0.9, null)).toBe("Do not train on it: harm lies beyond the margin in 90 % of the pairs.");
});
