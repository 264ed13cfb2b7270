import { expect, test } from "vitest";
import type { Recommendation } from "../contracts/recommendations.ts";
import { pickActions } from "./pickActions.ts";

const harm = { value: 2, low: 2, high: 2 };
const recommendation = (id: number, action: Recommendation["action"]): Recommendation => ({
  id,
  action,
  says: "",
  parameters: {},
  purpose: "predictive",
  before: harm,
  after: null,
  effect: null,
  helps: false,
  rows: { kept: 1, added: 0 },
  cost: null,
});
const report = {
  verdict: "collapsed",
  recommendations: [
    recommendation(1, "mix_real"),
    recommendation(2, "deduplicate"),
    recommendation(3, "stop"),
  ],
} as const;

test("those that are named are taken, and ids that are none are refused with those that there are", () => {
  const picked = pickActions({ ...report, recommendations: [...report.recommendations] }, [2, 1]);
  expect(picked.ok && picked.value.map(({ id }) => id)).toEqual([1, 2]);
  expect(pickActions({ ...report, recommendations: [...report.recommendations] }, [1, 7])).toMatchObject({
    ok: false,
    failure: {
      detail: "There is no recommendation 7.",
      fix: "Apply some of 1 (mix_real), 2 (deduplicate), 3 (stop).",
    },
  });
});

test("what no file can do is refused, and so is everything where nothing is recommended", () => {
  const recommendations = [...report.recommendations];
  expect(pickActions({ ...report, recommendations }, [3])).toMatchObject({
    ok: false,
    failure: { detail: expect.stringContaining("stop") },
  });
  expect(pickActions({ verdict: "healthy", recommendations: [] }, [1])).toMatchObject({
    ok: false,
    failure: { fix: expect.stringContaining("healthy") },
  });
});
