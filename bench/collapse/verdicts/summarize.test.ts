import { expect, it } from "vitest";
import type { Label } from "../labels/labelCase.ts";
import type { Outcome } from "./rates.ts";
import { type JudgedCase, summarize } from "./summarize.ts";
import { writeSummary } from "./writeSummary.ts";

const labeled = (label: Label["predictive"]["label"]): Label => ({
  trained_rows: 1000,
  predictive: { label, h: 1, channels: [] },
  generative: { label: "grey", h: null, channels: [] },
});

const judged = (
  label: Label["predictive"]["label"],
  verdict: Outcome["verdict"],
  isBenign = false,
): JudgedCase => ({
  dataset: "set",
  family: isBenign ? "real" : "copula",
  variant: "copula 1",
  isBenign,
  size: 1000,
  seed: 1,
  label: labeled(label),
  judgments: [{ judge: "headgate", arm: "seen", verdicts: { predictive: verdict, generative: "undecided" } }],
});

const cases = [
  judged("collapsed", "collapsed"),
  judged("collapsed", "healthy"),
  judged("collapsed", "undecided"),
  judged("healthy", "collapsed"),
  judged("healthy", "healthy"),
  judged("healthy", "healthy", true),
  judged("grey", "collapsed", true),
  judged("not_resolvable", "healthy"),
];

it("counts false negatives, false positives and the undecided each among their own, grey labels left out", () => {
  const [predictive, generative] = summarize(cases);
  expect(predictive).toMatchObject({
    grey: 1,
    notResolvable: 1,
    falseNegatives: { hits: 1, cases: 3 },
    falsePositives: { hits: 1, cases: 3 },
    benignFlagged: { hits: 1, cases: 2 },
    decided: { hits: 5, cases: 6 },
    decidedAt: [{ size: 1000, rate: { hits: 5, cases: 6 } }],
    right: { hits: 3, cases: 5 },
    strictlyWrong: { hits: 3, cases: 6 },
  });
  expect(generative).toMatchObject({ grey: 8, decided: { cases: 0 } });
});

it("says how many cases, data sets and families there are before it says a rate", () => {
  const text = writeSummary(cases, summarize(cases));
  expect(text.split("\n")[0]).toMatch(/^8 cases of 1 data sets and 2 families/);
  expect(text).toContain("1 of 3 = 33.3 % (0.8 % to 90.6 %; one data set); most: copula 1 of 3");
});
