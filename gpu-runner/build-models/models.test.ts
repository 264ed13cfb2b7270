import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { BUILT_MODELS } from "./models.ts";
import { pinGraph } from "./pinGraph.ts";

const REPOSITORY = new URL("../models/", import.meta.url);

/** Operators that the CPU, CUDA and WebGPU execution providers all compute. */
const SHARED_OPERATORS = new Set(
  "Add Sub Mul Div Sqrt Sigmoid Relu Greater Cast Clip MatMul Conv AveragePool MaxPool Softmax ReduceSum ReduceMax ReduceMin ReduceSumSquare Concat Slice Reshape Transpose Pad LeakyRelu".split(
    " ",
  ),
);

it("reproduces every committed model byte for byte, and nothing else lies there", async () => {
  expect((await readdir(REPOSITORY)).sort()).toEqual(
    BUILT_MODELS.map(({ contract }) => contract.name).sort(),
  );
  for (const { build, contract } of BUILT_MODELS) {
    const committed = await readFile(new URL(`${contract.name}/1/model.onnx`, REPOSITORY));
    expect(Buffer.compare(committed, build().toBytes()), contract.name).toBe(0);
    expect(committed.length).toBeLessThan(1_500_000);
    const written = JSON.parse(await readFile(new URL(`${contract.name}/model.json`, REPOSITORY), "utf8"));
    expect(written).toEqual(pinGraph(contract, committed));
  }
});

it("uses only operators that every execution provider has", () => {
  const used = new Set(BUILT_MODELS.flatMap(({ build }) => [...build().operators]));
  expect([...used].filter((operator) => !SHARED_OPERATORS.has(operator))).toEqual([]);
});
