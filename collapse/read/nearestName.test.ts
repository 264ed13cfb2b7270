import { expect, it } from "vitest";
import { nearestName, suggestion } from "./nearestName.ts";

const NAMES = ["price", "carat", "clarity", "hours_per_week", "X"];

it.each([
  ["prise", "price"],
  ["PRICE", "price"],
  ["hours-per-week", "hours_per_week"],
  ["claritty", "clarity"],
  ["x", "X"],
  ["something else", null],
])("suggests for %s: %s", (name, nearest) => {
  expect(nearestName(name, NAMES)).toBe(nearest);
});

it("suggests nothing where nothing is near", () => {
  expect(suggestion("something else", NAMES)).toBe("");
});
