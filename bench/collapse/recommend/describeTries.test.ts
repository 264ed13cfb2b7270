import { expect, test } from "vitest";
import { describeTries } from "./describeTries.ts";
import type { TriedAction } from "./tryCase.ts";

const action = (name: TriedAction["action"], helps: boolean, found: number): TriedAction => ({
  action: name,
  helps,
  foretold: -1,
  low: -2,
  high: helps ? -0.5 : 0.5,
  found,
});
const caseOf = (before: number, ...actions: TriedAction[]) =>
  ({ name: "", purpose: "predictive", before, actions }) as const;

test("only what was said to help counts as right or wrong, and less harm than none is no better", () => {
  const table = describeTries([
    // The first leaves 1 of 4, the best none, though it was not said to help: a regret of a quarter.
    caseOf(4, action("mix_real", true, -3), action("reweight", false, -9)),
    caseOf(2, action("mix_real", true, 1), action("deduplicate", true, -1)),
    caseOf(3, action("reweight", false, -1)),
  ]);
  expect(table).toContain("| mix_real | 2 | 1 | 50.0 % |");
  expect(table).toContain("| all | 3 | 2 | 66.7 % |");
  expect(table).not.toContain("| reweight |");
  expect(table).toContain(
    "3 cases and purposes with harm beyond its margin; in 1 of them nothing is said to help.",
  );
  // 1 / 4, and (3 − 1) / 2.
  expect(table).toContain("Median regret of the first recommendation: 62.5 % of the harm before");
});
