import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Graph } from "../build-models/graph.ts";
import type { WireTensor } from "../protocol/datatypes.ts";
import { type ModelContract, modelContractSchema } from "../repository/modelContract.ts";
import { putModel } from "../testing/testAffine.ts";
import { floatsOf } from "../testing/testModel.ts";
import { runBatch } from "./runBatch.ts";
import { loadModel } from "./session.ts";

const STATE = 8;
const STEPS = 2;

/** A policy as training leaves it: normalized state in, a chunk of normalized actions out, padded to eight columns. */
const policyGraph = (): Uint8Array => {
  const graph = new Graph("policy");
  const state = graph.input("state", "float", [1, STATE]);
  const step = graph.op("Reshape", [state, graph.list(1, 1, STATE)]);
  graph.op("Concat", [step, graph.op("Neg", [step])], { axis: 1 }, "chunk");
  graph.output("chunk", [1, STEPS, STATE]);
  return graph.toBytes();
};

const contractOf = (statistics: NonNullable<ModelContract["statistics"]>, of: string): ModelContract =>
  modelContractSchema.parse({
    name: "mine",
    max_batch: 1,
    inputs: [
      {
        name: "state",
        datatype: "FP32",
        shape: [1, STATE],
        normalize: of === "action" ? "proprio" : "state",
      },
    ],
    outputs: [
      {
        name: "actions",
        datatype: "FP32",
        shape: [1, STEPS, 7],
        reads: "chunk",
        postprocess: { kind: "unnormalize", statistics: of },
      },
    ],
    statistics,
  });

const LOW = [-0.02, -0.02, -0.04, -0.2, -0.2, -0.2, 0];
const HIGH = [0.03, 0.02, 0.04, 0.2, 0.2, 0.2, 1];
const STATE_LOW = Array.from({ length: STATE }, () => -2);
const STATE_HIGH = Array.from({ length: STATE }, () => 2);

const OPENVLA = {
  other: {},
  lab: {
    action: { q01: LOW, q99: HIGH, mask: [true, true, true, true, true, true, false] },
    proprio: { q01: STATE_LOW, q99: STATE_HIGH },
    num_trajectories: 12,
  },
};
const OPENPI = {
  norm_stats: {
    state: { mean: STATE_LOW, std: STATE_HIGH, q01: STATE_LOW, q99: STATE_HIGH },
    actions: { mean: LOW, std: HIGH, q01: LOW, q99: HIGH },
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "headgate-policy-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The chunk that a policy with these statistics gives for a state: its steps. */
const act = async (
  json: unknown,
  method: "quantiles" | "mean_std" | "bounds",
  state: readonly number[],
  normKey = "lab",
): Promise<number[][]> => {
  const contract = contractOf(
    { file: "statistics.json", norm_key: normKey, method },
    json === OPENVLA ? "action" : "actions",
  );
  await putModel(folder, contract, 1, policyGraph());
  await writeFile(join(folder, "mine", "statistics.json"), JSON.stringify(json));
  const source = { contract, folder: join(folder, "mine"), version: "1" };
  const { model } = await loadModel(source, { provider: "cpu", deviceId: 0 }, false);
  const tensor: WireTensor = {
    datatype: "FP32",
    shape: [1, STATE],
    bytes: new Uint8Array(Float32Array.from(state).buffer),
  };
  const [result] = await runBatch(model, [{ state: tensor }], 1);
  if (!result?.ok) throw new Error(result?.failure.error ?? "no answer");
  expect(result.value.actions?.shape).toEqual([1, STEPS, 7]);
  const numbers = [...floatsOf(result.value.actions)];
  return [numbers.slice(0, 7), numbers.slice(7)];
};

const expectClose = (row: readonly number[] | undefined, expected: readonly number[]): void => {
  expect(row?.length).toBe(expected.length);
  for (const [column, value] of expected.entries()) expect(row?.[column]).toBeCloseTo(value, 5);
};

describe("a policy of one's own", () => {
  const state = [0, 1, -1, 2, 5, -9, 1, 0];
  const normalized = [0, 0.5, -0.5, 1, 1, -1, 0.5];

  it("is shown its state and answers its actions by OpenVLA's statistics: held to the quantiles, the gripper as it is", async () => {
    const [first, second] = await act(OPENVLA, "quantiles", state);
    const back = (sign: number) =>
      normalized.map((n, column) => {
        if (column === 6) return sign * n;
        const [low = 0, high = 0] = [LOW[column], HIGH[column]];
        return 0.5 * (sign * n + 1) * (high - low) + low;
      });
    expectClose(first, back(1));
    expectClose(second, back(-1));
  });

  it("by openpi's quantiles is held to nothing, and by its mean and deviation is scaled and moved", async () => {
    const [quantiles] = await act(OPENPI, "quantiles", state);
    expectClose(
      quantiles,
      [0, 0.5, -0.5, 1, 2.5, -4.5, 0.5].map((n, column) => {
        const [low = 0, high = 0] = [LOW[column], HIGH[column]];
        return ((n + 1) / 2) * (high - low) + low;
      }),
    );
    const [scores] = await act(OPENPI, "mean_std", state);
    expectClose(
      scores,
      state.slice(0, 7).map((x, column) => ((x + 2) / 2) * (HIGH[column] ?? 0) + (LOW[column] ?? 0)),
    );
  });

  it("is not loaded without the statistics that it names, and says which are missing", async () => {
    await expect(act(OPENVLA, "quantiles", state, "kitchen")).rejects.toThrow("has no statistics 'kitchen'");
    await expect(act(OPENVLA, "mean_std", state)).rejects.toThrow("has no 'proprio' by mean_std under 'lab'");
  });
});
