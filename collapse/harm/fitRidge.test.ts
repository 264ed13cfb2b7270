import { Matrix, solve } from "ml-matrix";
import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { fitRidge } from "./fitRidge.ts";
import { addGram, gramSize, squareOf, sumGrams } from "./gram.ts";
import { constantLoss, judgeOf, squaredLoss } from "./losses.ts";
import { emptyPanels, type Panels } from "./panels.ts";

const FEATURES = 7;
const TARGETS = 2;

/** Rows of random features, constant one and targets that hang on them. */
function randomRows(rows: number, purpose: string): number[][] {
  const random = seededRandom(3, purpose);
  return Array.from({ length: rows }, () => {
    const features = Array.from({ length: FEATURES - 1 }, () => 2 + random.normal());
    const sum = features.reduce((total, value, index) => total + value * (index - 2), 0);
    return [...features, 1, sum + random.normal(), random.normal() - (features[0] ?? 0)];
  });
}

function panelsOf(rows: readonly (readonly number[])[]): Panels {
  const matrix = emptyPanels(rows.length, FEATURES + TARGETS);
  rows.forEach((values, row) => {
    values.forEach((value, column) => {
      matrix.data[((column >> 2) * rows.length + row) * 4 + (column & 3)] = value;
    });
  });
  return matrix;
}

function gramOf(rows: readonly (readonly number[])[]): { gram: Float64Array; shape: Panels } {
  const shape = panelsOf(rows);
  const gram = new Float64Array(gramSize(shape.panels));
  addGram(shape, gram);
  return { gram, shape };
}

const squared = (rows: readonly (readonly number[])[]): Float64Array => {
  const { gram, shape } = gramOf(rows);
  return squareOf(gram, shape.panels, shape.columns);
};

/** (X'X + penalty, none on the constant)⁻¹ X'y by a library. */
function slowRidge(rows: readonly (readonly number[])[], target: number, penalty: number): number[] {
  const x = new Matrix(rows.map((row) => row.slice(0, FEATURES)));
  const y = Matrix.columnVector(rows.map((row) => row[FEATURES + target] ?? 0));
  const square = x.transpose().mmul(x);
  for (let index = 0; index < FEATURES - 1; index++)
    square.set(index, index, square.get(index, index) + penalty);
  return solve(square, x.transpose().mmul(y)).to1DArray();
}

test("the Gram matrix is the sum of the products of columns", () => {
  const rows = randomRows(37, "gram");
  const square = squared(rows);
  const size = FEATURES + TARGETS;
  for (let left = 0; left < size; left++)
    for (let right = 0; right <= left; right++) {
      const sum = rows.reduce((total, row) => total + (row[left] ?? 0) * (row[right] ?? 0), 0);
      expect(square[left * size + right]).toBeCloseTo(sum, 9);
    }
});

test("Gram matrices of pieces add up to that of all their rows", () => {
  const rows = randomRows(60, "pieces");
  const pieces = Array.from(
    { length: 6 },
    (_, piece) => gramOf(rows.slice(piece * 10, piece * 10 + 10)).gram,
  );
  const whole = gramOf(rows.filter((_, row) => Math.floor(row / 10) !== 4)).gram;
  const sum = sumGrams(pieces, [5, 0, 3, 2, 1]);
  sum.forEach((value, index) => {
    expect(value).toBeCloseTo(whole[index] ?? 0, 8);
  });
});

test.each([0.01, 1, 300])("weights are those of ridge regression at penalty %s", (penalty) => {
  const rows = randomRows(80, "ridge");
  const weights = fitRidge(squared(rows), FEATURES + TARGETS, FEATURES, [FEATURES + 1, FEATURES], penalty);
  const expected = [...slowRidge(rows, 1, penalty), ...slowRidge(rows, 0, penalty)];
  expected.forEach((value, index) => {
    expect(Math.abs((weights[index] ?? 0) - value)).toBeLessThan(1e-9);
  });
});

test("the loss from the Gram matrix of test rows is the sum of their squared errors", () => {
  const weights = fitRidge(squared(randomRows(80, "train")), FEATURES + TARGETS, FEATURES, [FEATURES], 1);
  const tests = randomRows(50, "test");
  const { gram, shape } = gramOf(tests);
  const judge = judgeOf(gram, shape, FEATURES);
  const errors = tests.map((row) => {
    const said = row.slice(0, FEATURES).reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0);
    return (said - (row[FEATURES] ?? 0)) ** 2;
  });
  const sum = errors.reduce((total, value) => total + value, 0);
  expect(Math.abs(squaredLoss(judge, weights, 0, FEATURES) / sum - 1)).toBeLessThan(1e-9);
  const constant = tests.reduce((total, row) => total + ((row[FEATURES] ?? 0) - 3) ** 2, 0);
  expect(Math.abs(constantLoss(judge, FEATURES, 3) / constant - 1)).toBeLessThan(1e-9);
});

test("columns that repeat others or are zero get finite weights", () => {
  const rows = randomRows(30, "same").map((row) =>
    row
      .with(1, row[0] ?? 0)
      .with(2, 0)
      .with(3, 1),
  );
  const weights = fitRidge(squared(rows), FEATURES + TARGETS, FEATURES, [FEATURES, FEATURES + 1], 0);
  expect([...weights].every(Number.isFinite)).toBe(true);
});
