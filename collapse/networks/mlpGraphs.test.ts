import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import {
  firstMoment,
  HIDDEN,
  next,
  PARAMETERS,
  type Parameter,
  secondMoment,
  shapeOf,
  stepGraph,
} from "./mlpGraphs.ts";
import { openSession, type Tensor } from "./session.ts";

const [ROWS, INPUTS, OUTPUTS] = [7, 3, 2];
const random = seededRandom(5, "network");
const some = (dims: readonly number[]): Tensor => ({
  data: Float32Array.from({ length: dims.reduce((size, dim) => size * dim, 1) }, () => 0.4 * random.normal()),
  dims,
});
const scalar = (value: number): Tensor => ({ data: Float32Array.of(value), dims: [] });

const x = some([1, ROWS, INPUTS]);
const y = some([1, ROWS, OUTPUTS]);
const weights: Record<Parameter, Tensor> = {
  ...{ w1: some(shapeOf("w1", 1, INPUTS, OUTPUTS)), b1: some(shapeOf("b1", 1, INPUTS, OUTPUTS)) },
  ...{ w2: some(shapeOf("w2", 1, INPUTS, OUTPUTS)), b2: some(shapeOf("b2", 1, INPUTS, OUTPUTS)) },
  ...{ w3: some(shapeOf("w3", 1, INPUTS, OUTPUTS)), b3: some(shapeOf("b3", 1, INPUTS, OUTPUTS)) },
};

/** Half the mean squared error, the plain way and in doubles. */
function lossAt(values: Readonly<Record<Parameter, Float64Array>>): number {
  const layer = (input: readonly number[], w: Float64Array, b: Float64Array): number[] =>
    Array.from(b, (constant, unit) =>
      input.reduce((sum, value, place) => sum + value * (w[place * b.length + unit] ?? 0), constant),
    );
  const relu = (values: readonly number[]): number[] => values.map((value) => Math.max(0, value));
  let sum = 0;
  for (let row = 0; row < ROWS; row++) {
    const input = [...x.data.subarray(row * INPUTS, (row + 1) * INPUTS)];
    const a1 = relu(layer(input, values.w1, values.b1));
    const a2 = relu(layer(a1, values.w2, values.b2));
    layer(a2, values.w3, values.b3).forEach((output, place) => {
      sum += (output - (y.data[row * OUTPUTS + place] ?? 0)) ** 2 / 2 / ROWS;
    });
  }
  return sum;
}

const moments = Object.fromEntries(
  PARAMETERS.flatMap((parameter) => {
    const { dims, data } = weights[parameter];
    const zeros = { data: new Float32Array(data.length), dims };
    return [
      [firstMoment(parameter), zeros],
      [secondMoment(parameter), zeros],
    ];
  }),
);
const session = openSession(stepGraph(), "cpu");
const stepped = session.run({
  ...{ ...weights, ...moments, x, y, per_row: scalar(1 / ROWS) },
  ...{ rate: scalar(0.01 / (1 - 0.9)), per_variance: scalar(1 / (1 - 0.999)) },
});
session.close();

test.each(PARAMETERS)("the gradient of %s is that of finite differences", (parameter) => {
  const own = (): Record<Parameter, Float64Array> => ({
    ...{ w1: Float64Array.from(weights.w1.data), b1: Float64Array.from(weights.b1.data) },
    ...{ w2: Float64Array.from(weights.w2.data), b2: Float64Array.from(weights.b2.data) },
    ...{ w3: Float64Array.from(weights.w3.data), b3: Float64Array.from(weights.b3.data) },
  });
  const size = weights[parameter].data.length;
  let largest = 0;
  for (let place = 0; place < size; place += Math.ceil(size / HIDDEN)) {
    const at = (shift: number): number => {
      const values = own();
      values[parameter][place] = (values[parameter][place] ?? 0) + shift;
      return lossAt(values);
    };
    const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
    // The first moment starts at 0, and takes a tenth of the gradient.
    const found = 10 * (stepped[next(firstMoment(parameter))]?.data[place] ?? Number.NaN);
    largest = Math.max(largest, Math.abs(slope));
    expect(Math.abs(found - slope)).toBeLessThan(1e-5);
  }
  expect(largest).toBeGreaterThan(1e-3);
});

test("the first step of Adam goes its whole length against the sign of the gradient", () => {
  const gradient = stepped[next(firstMoment("w3"))]?.data ?? new Float32Array(0);
  stepped[next("w3")]?.data.forEach((weight, place) => {
    const slope = gradient[place] ?? 0;
    if (Math.abs(slope) > 1e-4)
      expect(weight - (weights.w3.data[place] ?? 0)).toBeCloseTo(-0.01 * Math.sign(slope), 4);
  });
});
