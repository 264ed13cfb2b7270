import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { gramOfRows, gramOfRowsPlainly, scoresOfRows } from "./mapPieces.ts";
import { drawFeatures, mapRows } from "./randomFeatures.ts";

const WIDTH = 5;
const ROWS = 2_500;

const random = seededRandom(3, "rows");
const encoded = Float64Array.from({ length: WIDTH * ROWS }, () => random.normal());
const map = { features: drawFeatures([[0, 1], [2], [3]], 40, random), targets: [4, 0] };
const chosen = Uint32Array.from({ length: ROWS - 7 }, (_, row) => ROWS - 1 - row);

test("the graph's Gram matrix is that of plain TypeScript, to 1e-12 of its largest entry", () => {
  const graph = gramOfRows({ encoded }, WIDTH, chosen, map);
  const plain = gramOfRowsPlainly({ encoded }, WIDTH, chosen, map);
  const largest = plain.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(graph).toHaveLength(plain.length);
  graph.forEach((value, place) => {
    expect(Math.abs(value - (plain[place] ?? 0))).toBeLessThanOrEqual(1e-12 * largest);
  });
  expect(gramOfRows({ encoded }, WIDTH, chosen.subarray(0, 0), map).every((value) => value === 0)).toBe(true);
});

test("scores are each model's sum over a row's features and the constant", () => {
  const models = [0, 1, 2].map(() => Float64Array.from({ length: 41 }, () => random.normal()));
  const scores = scoresOfRows({ encoded }, WIDTH, chosen, map, models);
  const matrix = mapRows(encoded, WIDTH, chosen, map);
  models.forEach((model, index) => {
    for (const row of [0, 1_023, 1_024, chosen.length - 1]) {
      const expected = model.reduce(
        (sum, weight, column) =>
          sum + weight * (matrix.data[((column >> 2) * matrix.rows + row) * 4 + (column & 3)] ?? 0),
        0,
      );
      expect(scores[index]?.[row]).toBeCloseTo(expected, 10);
    }
  });
});
