import { expect, test } from "vitest";
import type { Recommendation } from "../contracts/recommendations.ts";
import { rankActions } from "./rankActions.ts";

type Unranked = Omit<Recommendation, "id">;

const action = (
  name: Recommendation["action"],
  after: number | null,
  over: Partial<Unranked> = {},
): Unranked => ({
  action: name,
  says: "",
  parameters: {},
  purpose: "predictive",
  before: { value: 4, low: 4, high: 4 },
  after: after === null ? null : { value: after, low: after, high: after },
  effect: null,
  helps: after !== null && after < 4,
  rows: { kept: 10, added: 0 },
  cost: null,
  ...over,
});
const order = (all: readonly Unranked[]): string[] => rankActions(all).map((one) => one.action);

const euros = (amount: number) => ({ cost: { amount, currency: "EUR" } });

test("by price comes what brings harm below the margin, then what helps, what was not tried, what is in vain", () => {
  expect(
    order([
      action("stop", null, euros(0)),
      action("reweight", 5, euros(0)),
      action("deduplicate", 2, euros(0)),
      action("mix_real", 0.2, euros(500)),
      action("oversample_tails", 0.9, euros(50)),
      action("drop_flagged", 1.5, euros(0)),
    ]),
  ).toEqual(["oversample_tails", "mix_real", "drop_flagged", "deduplicate", "stop", "reweight"]);
});

test("what has no price stands behind what has one, and what is not surely below the margin suffices not", () => {
  const unsure = { after: { value: 0.3, low: 0.1, high: 1.1 }, ...euros(1) };
  expect(
    order([action("reweight", 0.3, unsure), action("mix_real", 0.2), action("deduplicate", 0.9, euros(0))]),
  ).toEqual(["deduplicate", "mix_real", "reweight"]);
});

test("without prices what leaves the least harm is first, of equals what changes the least, and one of six is to stop", () => {
  expect(
    order([
      action("regenerate", null),
      action("stop", null),
      action("mix_real", 0.1),
      action("oversample_tails", 0.9),
      action("reweight", 2),
      action("deduplicate", 0.9),
      action("drop_flagged", 0.9),
    ]),
  ).toEqual(["mix_real", "drop_flagged", "deduplicate", "oversample_tails", "reweight", "stop"]);
});
