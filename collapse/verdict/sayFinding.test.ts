import { expect, test } from "vitest";
import { sayFinding } from "./sayFinding.ts";

const found = { subject: "age", nullMedian: 0, nullLow: -0.1, nullHigh: 0.1 };

test("a finding is one sentence that names its column", () => {
  expect(sayFinding({ ...found, metric: "tail_low_0_5", value: Math.log(0.29) })).toBe(
    "`age`: the lowest 0.5 % of real values have 71 % fewer rows.",
  );
  expect(sayFinding({ ...found, metric: "tail_high_2_5", value: Math.log(3) })).toBe(
    "`age`: the highest 2.5 % of real values have 3 times as many rows.",
  );
});

test("a finding of the whole table names none", () => {
  expect(sayFinding({ ...found, subject: null, metric: "duplicate_excess", value: 0.2 })).toBe(
    "20 % more of the compared rows repeat another one.",
  );
});

test("what is measured as a distance from 1 is said as what it is", () => {
  const whole = { ...found, subject: null };
  expect(sayFinding({ ...whole, metric: "gradient_alignment", value: -0.25 })).toContain("(cosine 0.75)");
  expect(sayFinding({ ...whole, metric: "subspace_overlap", value: -0.25 })).toContain("share 75 %");
  expect(sayFinding({ ...whole, metric: "excess_risk", value: 0.5 })).toContain("1.5 times the error");
  expect(sayFinding({ ...whole, metric: "effective_rank", value: Math.log(0.9) })).toContain(
    "10 % fewer directions",
  );
});

test("a metric without words of its own is said with its name and its null", () => {
  expect(sayFinding({ ...found, subject: null, metric: "novel_metric", value: 0.456 })).toBe(
    "Novel metric is 0.46; real rows beside real rows give -0.1 to 0.1.",
  );
});
