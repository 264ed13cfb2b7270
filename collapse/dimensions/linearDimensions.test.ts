import { inverse, Matrix, solve } from "ml-matrix";
import { expect, test } from "vitest";
import type { Aggregate } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { measureGradientHealth } from "./gradientHealth.ts";
import { measureLossLandscape } from "./lossLandscape.ts";
import { aggregateSome, compared, countTable, drawn, valuesOf } from "./testTables.ts";

const random = seededRandom(1, "linear dimensions");

function linear(rows: number, weight = 1) {
  const x = drawn(rows, () => random.normal());
  const y = x.map((value) => 0.6 * value + random.normal());
  const target = x.map((value, row) => weight * (value - (y[row] ?? 0)) + 0.5 * random.normal());
  return { x, y, target };
}

/** Two halves of a table: their sums, and their rows centered and in standard deviations of the whole. */
async function halves() {
  const { frame, reference, sampled } = await countTable(linear(500), "target");
  const rows = [0, 1].map((side) => Uint32Array.from({ length: 240 }, (_, row) => 2 * row + side));
  const sd = (feature: number): number =>
    Math.sqrt((reference.comoment[feature * 4] ?? 0) / (reference.rows - 1));
  const centeredRows = (chosen: Uint32Array): Matrix => {
    const values = [...chosen].map((row) =>
      [0, 1, 2].map((k) => (sampled.sample.encoded[row * 3 + k] ?? 0) / sd(k)),
    );
    const matrix = new Matrix(values);
    return matrix.center("column");
  };
  const [left, right] = rows.map((chosen) => aggregateSome(sampled, chosen, frame));
  const [a, b] = rows.map(centeredRows);
  if (!left || !right || !a || !b) throw new Error("two sides");
  return {
    frame,
    reference,
    sampled,
    sides: [left, right] as const,
    rows: [a, b] as const,
    all: centeredRows(Uint32Array.from({ length: 500 }, (_, row) => row)),
  };
}

const predictors = (rows: Matrix): Matrix => rows.subMatrixColumn([0, 1]);
const targets = (rows: Matrix): Matrix => rows.subMatrixColumn([2]);

/** Ridge regression from the rows themselves. */
function ridge(rows: Matrix, lambda: number): Matrix {
  const [x, y] = [predictors(rows), targets(rows)];
  const gram = x
    .transpose()
    .mmul(x)
    .div(rows.rows - 1)
    .add(Matrix.eye(2).mul(lambda));
  return solve(
    gram,
    x
      .transpose()
      .mmul(y)
      .div(rows.rows - 1),
  );
}

test("gradients are the means of the rows' gradients at the reference's ridge solution", async () => {
  const { frame, reference, sides, rows, all } = await halves();
  const weights = ridge(all, 1);
  const gradientOf = (some: Matrix): number[] => {
    const x = predictors(some);
    const errors = x.mmul(weights).sub(targets(some));
    return x
      .transpose()
      .mmul(errors)
      .div(some.rows - 1)
      .getColumn(0);
  };
  const [g, h] = rows.map(gradientOf);
  const dot = (p: number[] = [], q: number[] = []): number =>
    p.reduce((sum, value, i) => sum + value * (q[i] ?? 0), 0);
  const measured = valuesOf(measureGradientHealth(frame, reference), ...sides);
  expect(measured.get("gradient_norm_ratio target")).toBeCloseTo(Math.log(dot(h, h) / dot(g, g)) / 2, 9);

  const error = (some: Matrix): number =>
    predictors(some).mmul(weights).sub(targets(some)).norm("frobenius") ** 2 / (some.rows - 1);
  const traceOf = (some: Matrix): number => predictors(some).norm("frobenius") ** 2 / (some.rows - 1);
  const noise = (some: Matrix, gradient: number[] = []): number =>
    (error(some) * traceOf(some)) / dot(gradient, gradient) + 1;
  expect(measured.get("gradient_noise_ratio target")).toBeCloseTo(
    Math.log(noise(rows[1], h) / noise(rows[0], g)),
    9,
  );

  const whole = gradientOf(all);
  const unit = new Matrix([whole]).div(Math.sqrt(dot(whole, whole)));
  const gram = predictors(all)
    .transpose()
    .mmul(predictors(all))
    .div(all.rows - 1);
  const across = error(all) * (traceOf(all) - unit.mmul(gram).mmul(unit.transpose()).get(0, 0));
  const bias = (across * (2 / 240)) / (2 * dot(whole, whole));
  const cosine = dot(g, h) / Math.sqrt(dot(g, g) * dot(h, h));
  expect(measured.get("gradient_alignment target")).toBeCloseTo(cosine - 1 + bias, 9);
});

test("excess risk is the mean square of what two solutions' predictions differ by, over the error", async () => {
  const { frame, reference, sides, rows, all } = await halves();
  const [own, other] = rows.map((some) => ridge(some, 0.01));
  if (!own || !other) throw new Error("two solutions");
  const shift = predictors(rows[0]).mmul(Matrix.sub(other, own)).norm("frobenius") ** 2;
  const error = predictors(rows[0]).mmul(own).sub(targets(rows[0])).norm("frobenius") ** 2;
  const gram = predictors(all)
    .transpose()
    .mmul(predictors(all))
    .div(all.rows - 1);
  const hat = gram.mmul(inverse(Matrix.add(gram, Matrix.eye(2).mul(0.01))));
  const degrees = hat.mmul(hat).trace();
  const measured = valuesOf(measureLossLandscape(frame, reference), ...sides);
  expect(measured.get("excess_risk target")).toBeCloseTo(shift / error - (degrees * 2) / 240, 9);
});

test("the condition ratio is that of two variables' closed form", async () => {
  const { frame, reference, sides } = await halves();
  const { frame: two, reference: whole, sampled } = await countTable({ x: linear(400).x, y: linear(400).y });
  const side = aggregateSome(
    sampled,
    Uint32Array.from({ length: 200 }, (_, row) => row),
    two,
  );
  const ends = ({ comoment, rows }: Aggregate): number[] => {
    const at = (k: number): number => (comoment[k] ?? 0) / (rows - 1);
    const [a, b] = [0, 3].map((k) => Math.sqrt((whole.comoment[k] ?? 0) / (whole.rows - 1)));
    const [p, q, r] = [at(0) / (a ?? 1) ** 2, at(3) / (b ?? 1) ** 2, at(1) / ((a ?? 1) * (b ?? 1))];
    const root = Math.sqrt(((p - q) / 2) ** 2 + r ** 2);
    return [(p + q) / 2 + root, (p + q) / 2 - root];
  };
  const logCondition = (aggregate: Aggregate): number => {
    const [most = 0, least = 0] = ends(aggregate);
    return Math.log((most + 0.01) / (least + 0.01));
  };
  const measured = valuesOf(measureLossLandscape(two, whole), whole, side);
  expect(measured.get("log_condition_ratio")).toBeCloseTo(logCondition(side) - logCondition(whole), 9);
  const same = valuesOf(measureLossLandscape(frame, reference), sides[0], sides[0]);
  expect(same.get("log_condition_ratio")).toBe(0);
});

test("a target that turned round makes gradients part and solutions costly", async () => {
  const turned = linear(2000, -1);
  for (const [metric, prepare] of [
    ["gradient_alignment", measureGradientHealth],
    ["excess_risk", measureLossLandscape],
  ] as const) {
    const bad = (await compared(prepare, linear(2000), turned)).get(`${metric} target`) ?? 0;
    const good = (await compared(prepare, linear(2000), linear(2000))).get(`${metric} target`) ?? 9;
    expect(Math.abs(good)).toBeLessThan(0.05);
    expect(metric === "excess_risk" ? bad : -bad).toBeGreaterThan(0.2);
  }
});
