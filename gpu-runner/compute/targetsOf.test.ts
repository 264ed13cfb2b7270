import { expect, it } from "vitest";
import { deviceOf } from "./computeWorker.ts";
import { targetsOf } from "./targetsOf.ts";

it("spreads workers over the devices evenly, one at least on each, and knows one device without CUDA", () => {
  expect(targetsOf("cuda", [0, 1], 3).map(deviceOf)).toEqual(["cuda:0", "cuda:1", "cuda:0", "cuda:1"]);
  expect(targetsOf("cuda", [2, 3, 5], 1).map(deviceOf)).toEqual(["cuda:2", "cuda:3", "cuda:5"]);
  expect(targetsOf("cpu", [0, 1], 2).map(deviceOf)).toEqual(["cpu", "cpu"]);
});
