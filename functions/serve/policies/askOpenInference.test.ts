import { beforeEach, describe, expect, it } from "vitest";
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
