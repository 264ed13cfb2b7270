import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { nearestDistances, othersOf } from "./nearestGraph.ts";

const WIDTH = 5;
const random = seededRandom(3, "nearest");
const numbers = (rows: number): Float64Array =>
  Float64Array.from({ length: rows * WIDTH }, () => random.normal());

test("the nearest of all others is as near as one that was found by comparing each, and equal rows are at 0", () => {
  const others = numbers(300);
  const asked = Float64Array.of(...numbers(600), ...others);
  const found = nearestDistances(asked, othersOf({ rows: 300, values: others }));
  const slow = Array.from({ length: 900 }, (_, row) =>
    Math.min(
      ...Array.from({ length: 300 }, (__, other) =>
        Array.from({ length: WIDTH }).reduce<number>(
          (sum, ___, at) => sum + ((asked[row * WIDTH + at] ?? 0) - (others[other * WIDTH + at] ?? 0)) ** 2,
          0,
        ),
      ),
    ),
  );
  slow.forEach((distance, row) => {
    expect(found?.[row]).toBeCloseTo(distance, 10);
  });
  expect(found?.subarray(600)).toEqual(new Float64Array(300));
});
