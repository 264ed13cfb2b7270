import { InferenceSession } from "onnxruntime-node";
import { expect, it } from "vitest";
import { fromBrain, toBrain } from "../protocol/halfFloats.ts";
import { affineContract } from "../testing/testAffine.ts";
import { modelOf, nested, node, rowsOfThree } from "../testing/testOnnx.ts";
import { exposeBrainFloats } from "./exposeBrainFloats.ts";
import { runBatch } from "./runBatch.ts";

const BFLOAT16 = 16;
const FLOAT = 1;

/** y = x + x, taken and given in BF16. */
const brainGraph = (): Uint8Array =>
  modelOf(
    node("Cast", ["x"], "wide", FLOAT),
    node("Add", ["wide", "wide"], "sum"),
    node("Cast", ["sum"], "y", BFLOAT16),
    nested(11, ...rowsOfThree("x", BFLOAT16)),
    nested(12, ...rowsOfThree("y", BFLOAT16)),
  );

const shape = [-1, 3];
const contract = affineContract("brain", {
  inputs: [{ name: "x", datatype: "BF16", shape }],
  outputs: [{ name: "y", datatype: "BF16", shape }],
});

const tensorOf = (numbers: readonly number[]) => ({
  datatype: "BF16" as const,
  shape: [numbers.length / 3, 3],
  bytes: new Uint8Array(Uint16Array.from(numbers, toBrain).buffer),
});

it("feeds graphs of BF16 and answers in BF16, bit for bit, with NaN and infinity among the numbers", async () => {
  const session = await InferenceSession.create(exposeBrainFloats(brainGraph()), { logSeverityLevel: 3 });
  const requests = [
    [1, -2.5, 0.1],
    [3e38, Number.NaN, 1e-40],
  ].map((numbers) => ({ x: tensorOf(numbers) }));
  const results = await runBatch({ contract, session }, requests, 1);
  const bits = results.map((result) => {
    const y = result.ok ? result.value.y : undefined;
    if (y === undefined || y.datatype !== "BF16") throw new Error("no BF16");
    return [...new Uint16Array(y.bytes.slice().buffer)];
  });
  const doubled = (number: number) => toBrain(2 * fromBrain(toBrain(number)));
  expect(bits[0]).toEqual([1, -2.5, 0.1].map(doubled));
  expect([fromBrain(bits[1]?.[0] ?? 0), fromBrain(bits[1]?.[1] ?? 0)]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ]);
  expect(bits[1]?.[2]).toBe(doubled(1e-40));
});
