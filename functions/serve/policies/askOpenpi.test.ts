import { beforeEach, describe, expect, it } from "vitest";
import { image, openPolicyWorld, RGB, ROW } from "./testPolicyWorld.ts";

let world: ReturnType<typeof openPolicyWorld>;
beforeEach(() => {
  world = openPolicyWorld();
});

describe("an openpi server", () => {
  const text = (value: unknown): unknown =>
    value instanceof Map ? new Map(Array.from(value, ([key, item]) => [String(key), text(item)])) : value;

  it("is shown arrays, maps in maps, the pieces of the state, and what is left of the last chunk", async () => {
    world.servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    const shape = {
      cameras: { primary: "images.cam_high", wrist: "images.cam_low" },
      state: { "observation/joint_position": [0, 7], "observation/gripper_position": [7, 8] },
    };
    const images = [image("primary"), image("wrist", new Uint8Array([6, 5, 4, 3, 2, 1]))];
    await world.ask({ observation: shape }, { images, inferenceDelaySteps: 2, previousChunk: [ROW, ROW] });
    const doubles = (...numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer);
    const array = (data: Buffer, dtype: string, dims: number[]) =>
      new Map<string, unknown>([
        ["__ndarray__", true],
        ["data", data],
        ["dtype", dtype],
        ["shape", dims],
      ]);
    expect(text(world.servers.seen[0])).toEqual(
      new Map<string, unknown>([
        ["prompt", "pick up the cup"],
        ["observation/joint_position", array(doubles(1, 2, 3, 4, 5, 6, 7), "<f8", [7])],
        ["observation/gripper_position", array(doubles(0.5), "<f8", [1])],
        ["inference_delay", 2],
        ["prev_chunk_left_over", array(doubles(...ROW, ...ROW), "<f8", [2, 7])],
        [
          "images",
          new Map([
            ["cam_high", array(Buffer.from(RGB), "|u1", [1, 2, 3])],
            ["cam_low", array(Buffer.from([6, 5, 4, 3, 2, 1]), "|u1", [1, 2, 3])],
          ]),
        ],
      ]),
    );
  });

  it("is shown channels first where it wants them", async () => {
    world.servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    await world.ask({ observation: { cameras: { primary: "image" }, image_layout: "chw" } });
    const seen = text(world.servers.seen[0]);
    const picture = seen instanceof Map ? seen.get("image") : null;
    expect(picture instanceof Map && [picture.get("shape"), picture.get("data")]).toEqual([
      [3, 1, 2],
      Buffer.from([1, 4, 2, 5, 3, 6]),
    ]);
  });

  it("has its result read in float64 too, and its time", async () => {
    world.servers.fakes.set("first", { kind: "answers", rows: [ROW], dtype: "<f8" });
    expect(await world.ask()).toMatchObject({ value: { actions: [ROW], computeMs: 12.5 } });
  });

  it("that sends text has failed, whatever the text", async () => {
    world.servers.fakes.set("first", { kind: "says", answer: "Traceback" });
    expect(await world.ask({ origins: ["http://first"] })).toEqual({
      ok: false,
      failure: { kind: "no_capacity", detail: "the policy server reported an error" },
    });
  });
});
