import { beforeEach, describe, expect, it } from "vitest";
import { openPolicyWorld, RGB, ROW } from "./testPolicyWorld.ts";

let world: ReturnType<typeof openPolicyWorld>;
beforeEach(() => {
  world = openPolicyWorld();
});

describe("an OpenVLA server", () => {
  const only = { protocol: "openvla", origins: ["http://first"] };

  it("is shown arrays as json_numpy writes them, and the key of the statistics", async () => {
    world.servers.fakes.set("first", { kind: "answers", rows: [ROW] });
    await world.ask(only);
    expect(JSON.parse(String(world.servers.seen[0]))).toEqual({
      image: { __numpy__: Buffer.from(RGB).toString("base64"), dtype: "|u1", shape: [1, 2, 3] },
      instruction: "pick up the cup",
      unnorm_key: "bridge_orig",
    });
  });

  const numpy = (numbers: readonly number[], shape: readonly number[]) => ({
    __numpy__: Buffer.from(Float64Array.from(numbers).buffer).toString("base64"),
    dtype: "<f8",
    shape,
  });
  it.each([
    ["a bare list", ROW, [ROW]],
    ["an array", numpy(ROW, [7]), [ROW]],
    ["an array of rows", numpy([...ROW, ...ROW], [2, 7]), [ROW, ROW]],
    ["a list of lists", [ROW, ROW], [ROW, ROW]],
    ["a list of arrays", [numpy(ROW, [7]), numpy(ROW, [7])], [ROW, ROW]],
    ["JSON in a text", JSON.stringify(ROW), [ROW]],
  ])("may answer %s", async (_name, answer, actions) => {
    world.servers.fakes.set("first", { kind: "says", answer: JSON.stringify(answer) });
    expect(await world.ask(only)).toMatchObject({ ok: true, value: { actions } });
  });

  it.each([
    ['"error"', "no_capacity"],
    ["NaN", "bad_answer"],
    ['["a"]', "bad_answer"],
    ['{"__numpy__": "!", "dtype": "<f8", "shape": [7]}', "bad_answer"],
    ['{"__numpy__": "AAAA", "dtype": "<f8", "shape": [7]}', "bad_answer"],
  ])("that answers %s has failed", async (answer, kind) => {
    world.servers.fakes.set("first", { kind: "says", answer });
    expect(await world.ask(only)).toMatchObject({ ok: false, failure: { kind } });
  });
});
