import { beforeEach, describe, expect, it } from "vitest";
import { done } from "../../contracts/outcome.ts";
import type { InferRequest, Runner } from "../../contracts/ports.ts";
import { openPolicyWorld, RGB, ROW } from "./testPolicyWorld.ts";

let world: ReturnType<typeof openPolicyWorld>;
beforeEach(() => {
  world = openPolicyWorld();
});

describe("an Open Inference server", () => {
  const only = { protocol: "open_inference", origins: ["http://first"], model: "theirs" };

  it("is shown bytes in the layout it wants, or the picture as it came", async () => {
    world.servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    await world.ask(only);
    await world.ask({ ...only, observation: { cameras: { primary: "image" }, image_encoding: "encoded" } });
    const inputs = world.servers.seen.map((body) => {
      const json: unknown = JSON.parse(String(body).slice(0, String(body).lastIndexOf("}") + 1));
      return json;
    });
    expect(inputs).toMatchObject([
      { inputs: [{ name: "image", datatype: "UINT8", shape: [1, 1, 2, 3] }, { name: "instruction" }] },
      { inputs: [{ name: "image", datatype: "BYTES", shape: [1] }, { name: "instruction" }] },
    ]);
    expect(Buffer.from(String(world.servers.seen[0])).includes(Buffer.from(RGB))).toBe(true);
  });

  it("without the model is asked no less for it, and said to be without", async () => {
    world.servers.fakes.set("first", { kind: "says", answer: "{}", status: 404 });
    expect(await world.ask(only)).toMatchObject({ failure: { kind: "unknown_model" } });
  });
});

describe("a policy on Headgate's own runner", () => {
  const own = {
    protocol: "open_inference",
    origins: undefined,
    model: "mine",
    observation: { cameras: { primary: "image" }, image_encoding: "encoded", state: { state: [0, 7] } },
  };
  const answering = (data: readonly number[], shape: readonly number[]) => {
    const asked: InferRequest[] = [];
    const runner: Runner = {
      infer: async (request) => {
        asked.push(request);
        const output = { name: "actions", datatype: "FP32", shape, data: Float32Array.from(data) } as const;
        return done({ modelVersion: "7", outputs: [output], queueMs: 1, computeMs: 2 });
      },
    };
    return { asked, runner };
  };

  it("is asked through the runner, and its chunk is cut to what it promises", async () => {
    const { asked, runner } = answering([...ROW, ...ROW, ...ROW, ...ROW], [1, 4, 7]);
    const answer = await world.ask(own, {}, runner);
    expect(answer).toMatchObject({
      ok: true,
      value: { origin: "runner", modelVersion: "7", queueMs: 1, computeMs: 2 },
    });
    expect(answer.ok && answer.value.actions.length).toBe(3);
    expect(asked).toMatchObject([
      {
        model: "mine",
        inputs: [
          { name: "image", datatype: "BYTES", shape: [1] },
          { name: "state", datatype: "FP32", shape: [1, 7] },
          { name: "instruction", datatype: "BYTES", shape: [1] },
        ],
      },
    ]);
    expect([world.servers.seen, world.counted]).toEqual([[], []]);
  });

  it("that answers rows of another length has failed", async () => {
    const { runner } = answering([1, 2, 3], [1, 1, 3]);
    expect(await world.ask(own, {}, runner)).toMatchObject({ failure: { kind: "bad_answer" } });
  });
});
