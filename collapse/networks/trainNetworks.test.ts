import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { type Examples, trainNetworks } from "./trainNetworks.ts";
import { whyNot } from "./whyNot.ts";

const INPUTS = 3;

/** A curve that no straight line follows, and noise of variance 0.04. */
function examples(rows: number, seed: number): Examples {
  const random = seededRandom(seed, "examples");
  const inputs = Float32Array.from({ length: rows * INPUTS }, () => random.normal());
  const targets = Float32Array.from({ length: rows }, (_, row) => {
    const [a = 0, b = 0] = inputs.subarray(row * INPUTS, (row + 1) * INPUTS);
    return Math.abs(a) - Math.max(0, b) + 0.2 * random.normal();
  });
  return { rows, inputs, targets };
}

const shuffled = ({ rows, inputs, targets }: Examples): Examples => ({
  rows,
  inputs,
  targets: targets.map((_, row) => targets[(row * 7 + 1) % rows] ?? 0),
});

const plan = { inputs: INPUTS, outputs: 1, seeds: [1, 1, 2], provider: "cpu" } as const;
const test2k = examples(2_500, 9);

test("networks learn a curve, each of its own rows: of shuffled targets one learns nothing", () => {
  const sets = [examples(1_500, 1), shuffled(examples(1_500, 1)), examples(1_500, 2)];
  const [good = 0, bad = 0, other = 0] = trainNetworks(sets, test2k, plan).map((sum) => sum / test2k.rows);
  const mean = test2k.targets.reduce((sum, value) => sum + value, 0) / test2k.rows;
  const variance = test2k.targets.reduce((sum, value) => sum + (value - mean) ** 2, 0) / test2k.rows;
  for (const loss of [good, other]) expect(loss).toBeLessThan(0.25 * variance);
  expect(bad).toBeGreaterThan(0.9 * variance);
});

test("the same call gives the same bits, and what a network learns depends on those beside it by rounding alone", () => {
  const [first, second] = [examples(300, 1), examples(300, 2)];
  const both = trainNetworks([first, second], test2k, { ...plan, seeds: [1, 2] });
  expect(trainNetworks([first, second], test2k, { ...plan, seeds: [1, 2] })).toEqual(both);
  const [alone = 0] = trainNetworks([second], test2k, { ...plan, seeds: [2] });
  expect(alone / (both[1] ?? 0)).toBeCloseTo(1, 4);
});

test("a provider that is not there is said to be not there, with a reason", () => {
  expect(whyNot("cpu")).toBeNull();
  expect(whyNot("cuda") ?? "it is there").not.toBe("");
});
