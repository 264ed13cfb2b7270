import { expect, test } from "vitest";
import type { Recommendation } from "../contracts/recommendations.ts";
import { HOSTILE, sampleReport } from "./testReport.ts";
import { writeHtml } from "./writeHtml.ts";
import { writeTerminal } from "./writeTerminal.ts";

const mixing: Recommendation = {
  id: 1,
  action: "mix_real",
  says: "Mix in 1,237 real rows, 3 % of the set.",
  parameters: { real_share: 0.03 },
  purpose: "generative",
  before: { value: 3.2, low: 3, high: 3.4 },
  after: { value: 0.81, low: 0.6, high: 0.93 },
  effect: { value: -2.4, low: -2.7, high: -2.1 },
  helps: true,
  rows: { kept: 40_000, added: 1_237 },
  cost: { amount: 989.6, currency: "EUR" },
};
const generating: Recommendation = {
  ...mixing,
  id: 2,
  action: "regenerate",
  says: "Generate the rows anew.",
  after: null,
  effect: null,
  helps: false,
  cost: null,
};
const stopping: Recommendation = {
  ...generating,
  id: 3,
  action: "stop",
  says: "Do not train on it.",
  cost: { amount: 0, currency: "EUR" },
};
const shown = (recommendations: Recommendation[] | null) => {
  const report = { ...sampleReport(), recommendations };
  return { lines: writeTerminal(report, { color: false, width: 100 }), page: writeHtml(report) };
};

test("an action is shown with harm before and after it, what it takes, and its cost", () => {
  const { lines, page } = shown([mixing, generating, stopping]);
  expect(lines).toContain(
    [
      "What to do (harm in margins: 1 is at the margin)",
      "  1. Mix in 1,237 real rows, 3 % of the set.",
      "     helps: harm 3.20 → 0.81 (0.60 to 0.93), a change of -2.40 (-2.70 to -2.10); 40,000 rows kept,",
      "     1,237 added; cost 990 EUR",
      "  2. Generate the rows anew.",
      "     not tried: it takes rows that are not there yet",
      "  3. Do not train on it.",
      "",
    ].join("\n"),
  );
  expect(page).toContain("<title>harm 3.2 before, 0.81 after (0.6 to 0.93); the margin is 1</title>");
  expect(page.match(/✓ helps/g)).toHaveLength(1);
  expect(page).toContain("cost 990 EUR");
});

test("nothing is said where nothing was tried, or nothing is to be done", () => {
  for (const none of [null, []]) {
    const { lines, page } = shown(none);
    expect(lines).not.toContain("What to do");
    expect(page).not.toContain("What to do");
  }
});

test("hostile texts move no cursor and open no tag", () => {
  const hostile = { ...mixing, says: `Drop ${HOSTILE}`, cost: { amount: 1, currency: "<b>\u001b[2" } };
  const { lines, page } = shown([hostile]);
  expect(lines).not.toContain("\u001b");
  expect(page).not.toMatch(/<script|<img|<b>/);
  expect(page).not.toContain("\u001b");
});
