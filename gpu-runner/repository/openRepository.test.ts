import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { affineContract, affineGraph, putModel } from "../testing/testAffine.ts";
import { openRepository } from "./openRepository.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "headgate-models-"));
  for (const version of [10, 9, 1])
    await putModel(join(folder, "a"), affineContract("one"), version, affineGraph(1));
  await putModel(join(folder, "b"), affineContract("two"), 1, affineGraph(1));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (...names: string[]) => openRepository(names.map((name) => join(folder, name)).join(", "));

it("reads several folders, versions by their number, and no drafts", async () => {
  await mkdir(join(folder, "a", ".draft"));
  const opened = await open("a", "b");
  const models = opened.ok ? opened.value : [];
  expect(
    models.map(({ contract, versions }) => [contract.name, versions.map(({ version }) => version)]),
  ).toEqual([
    ["one", ["1", "9", "10"]],
    ["two", ["1"]],
  ]);
});

it.each<[string, () => Promise<void>, RegExp]>([
  [
    "lies twice",
    () => putModel(join(folder, "b"), affineContract("one"), 1, affineGraph(1)),
    /'one' lies twice/,
  ],
  ["has no graph", () => rm(join(folder, "b", "two", "1", "model.onnx")), /1.model\.onnx is missing/],
  ["has no version", () => rm(join(folder, "b", "two", "1"), { recursive: true }), /has no version folder/],
  ["has no model.json", () => rm(join(folder, "b", "two", "model.json")), /model\.json cannot be read/],
  [
    "normalizes without statistics",
    () =>
      putModel(
        join(folder, "b"),
        affineContract("two", {
          inputs: [{ name: "x", datatype: "FP32", shape: [-1, 3], normalize: "state" }],
        }),
        1,
        affineGraph(1),
      ),
    /needs statistics/,
  ],
])("fails with one sentence where a model %s", async (_what, change, reason) => {
  await change();
  expect(await open("a", "b")).toMatchObject({ ok: false, failure: expect.stringMatching(reason) });
});
