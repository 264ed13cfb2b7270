import { expect, it } from "vitest";
import { CATALOG } from "../../cli/models/catalog.ts";
import { MODELS, PULLED_MODELS } from "../../functions/contracts/models.ts";
import { BUILT_MODELS } from "../build-models/models.ts";
import { breaksPromise, EDGE_CATALOG } from "./edgeCatalog.ts";
import { modelContractSchema } from "./modelContract.ts";

it("promises for every model of the gate's catalog what the gate relies on", () => {
  for (const model of [...MODELS, ...PULLED_MODELS]) {
    const promise = EDGE_CATALOG[model.name];
    const dimensions =
      model.kind === "policy" ? [model.action.chunkSize, model.action.dimension] : [model.dimensions];
    expect(promise?.dimensions, model.name).toEqual(dimensions);
  }
});

it("is kept by every model that is built here or can be pulled, and broken by one that gives other numbers", () => {
  const pulled = CATALOG.map(({ contract, name }) => modelContractSchema.parse({ name, ...contract }));
  for (const contract of [...BUILT_MODELS.map((model) => model.contract), ...pulled])
    expect(breaksPromise(contract), contract.name).toBeNull();
  const [servo] = BUILT_MODELS;
  if (servo === undefined) throw new Error("There is one.");
  const outputs = [{ name: "actions", datatype: "FP32" as const, shape: [1, 8, 14] }];
  expect(breaksPromise({ ...servo.contract, outputs })).toContain("[rows,8,7]");
  expect(breaksPromise({ ...servo.contract, inputs: servo.contract.inputs.slice(0, 1) })).toContain(
    "instruction",
  );
});
