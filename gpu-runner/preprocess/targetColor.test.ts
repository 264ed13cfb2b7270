import { expect, it } from "vitest";
import { nameTarget, toTargetVector } from "./targetColor.ts";

it.each([
  ["pick up the red block", "red"],
  ["Move to the CRIMSON cube!", "red"],
  ["put the green cup on the blue plate", "green"],
  ["on the blue plate lies a yellow cube: grab it", "yellow"],
  ["move to the left of the blue cube", "blue"],
  ["take the block next to the white bowl, the small purple one", "purple"],
  ["not the red one but the cyan one", "cyan"],
  ["between the blue and the yellow block, grab the red one", "red"],
  ["reach for the red-colored ball", "red"],
  ["pick the grey gear", "gray"],
  ["hand over the orange", "orange"],
])("names the object's color: %s → %s", (instruction, color) => {
  expect(nameTarget(instruction)).toBe(color);
});

it("names no color where none is said, is only excluded, or is part of another word", () => {
  expect(nameTarget("pick it up")).toBeNull();
  expect(nameTarget("avoid the red block")).toBeNull();
  expect(nameTarget("write on the blackboard with a reduced hand")).toBeNull();
  expect([...toTargetVector(null)]).toEqual(Array.from({ length: 9 }, () => 0));
});
