import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ModelContract } from "../repository/modelContract.ts";
import { affineContract, affineGraph, putModel } from "../testing/testAffine.ts";
import { floatsOf } from "../testing/testModel.ts";
import { modelOf, nested, node, rowsOfThree, text, whole } from "../testing/testOnnx.ts";
import { runBatch } from "./runBatch.ts";
import { loadModel } from "./session.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "headgate-models-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SHAPE = [-1, 3];
const FLOAT = 1;

it.each<[string, Uint8Array, Partial<ModelContract>, string]>([
  ["is no graph", new Uint8Array([1, 2, 3]), {}, "protobuf"],
  ["is a graph of another width", affineGraph(2, 5), {}, "input 'x' is [N,5], not [-1,3]"],
  [
    "has an input that nothing feeds",
    affineGraph(2),
    { inputs: [{ name: "z", datatype: "FP32", shape: SHAPE }] },
    "nothing feeds the graph's input 'x'",
  ],
  [
    "lacks an input",
    affineGraph(2),
    {
      inputs: ["x", "z"].map((name) => ({ name, datatype: "FP32", shape: SHAPE })),
    },
    "the graph has no input 'z'",
  ],
  [
    "takes another datatype",
    affineGraph(2),
    { inputs: [{ name: "x", datatype: "INT64", shape: SHAPE }] },
    "is float32, not int64",
  ],
  [
    "lacks an output",
    affineGraph(2),
    { outputs: [{ name: "z", datatype: "FP32", shape: SHAPE }] },
    "the graph has no output 'z'",
  ],
  ["has a file that is not pinned", affineGraph(2), { sha256: {} }, "pins no sha256 of 1/model.onnx"],
  [
    "lacks its statistics",
    affineGraph(2),
    { statistics: { file: "stats.json", norm_key: "k", method: "quantiles" } },
    "stats.json is missing",
  ],
])("refuses a model whose file %s", async (_what, graph, more, reason) => {
  const contract = affineContract("m", more);
  await putModel(folder, contract, 1, graph);
  const source = { contract, folder: join(folder, "m"), version: "1" };
  await expect(loadModel(source, { provider: "cpu", deviceId: 0 }, false)).rejects.toThrow(reason);
});

/** y = x · w, where w lies in a file beside the graph. */
const graphWithWeightsBeside = (): Uint8Array =>
  modelOf(
    node("Mul", ["x", "w"], "y"),
    nested(
      5,
      whole(1, 3),
      whole(2, FLOAT),
      text(8, "w"),
      nested(13, text(1, "location"), text(2, "model.onnx.data")),
      whole(14, 1),
    ),
    nested(11, ...rowsOfThree("x", FLOAT)),
    nested(12, ...rowsOfThree("y", FLOAT)),
  );

it("finds weights beside the graph, and refuses those that are not what is pinned", async () => {
  const graph = graphWithWeightsBeside();
  const weights = new Uint8Array(Float32Array.of(2, 3, 5).buffer);
  const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const contract = affineContract("beside", {
    sha256: { "1/model.onnx": sha256Of(graph), "1/model.onnx.data": sha256Of(weights) },
  });
  await putModel(folder, contract, 1, graph);
  const source = { contract, folder: join(folder, "beside"), version: "1" };
  const target = { provider: "cpu", deviceId: 0 } as const;
  await writeFile(join(source.folder, "1", "model.onnx.data"), weights);
  const { model } = await loadModel(source, target, false);
  const bytes = new Uint8Array(Float32Array.of(1, 1, 1).buffer);
  const [result] = await runBatch(model, [{ x: { datatype: "FP32", shape: [1, 3], bytes } }], 1);
  expect([...floatsOf(result?.ok ? result.value.y : undefined)]).toEqual([2, 3, 5]);
  await writeFile(join(source.folder, "1", "model.onnx.data"), weights.fill(0, 0, 4));
  await expect(loadModel(source, target, false)).rejects.toThrow(
    "1/model.onnx.data is not what model.json pins",
  );
});
