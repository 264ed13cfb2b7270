import { describe, expect, test } from "vitest";
import { ask, settle, TestWorld, verdictOf } from "./testWorld.ts";

describe("a warm key", () => {
  test("costs one Redis call per second, one at the end, and one Postgres read in its life", async () => {
    const world = new TestWorld();
    const key = await world.addKey();
    const isolate = world.isolate();
    for (let second = 0; second < 10; second += 1) {
      for (let i = 0; i < 1000; i += 1) {
        expect(verdictOf(await ask(isolate, { presentedKey: key.text, subject: "ann" }))).toBe("admitted");
        if (i % 10 === 9) await world.clock.advance(10);
      }
    }
    expect(world.postgres.reads).toBe(1);
    const calls = world.redis.calls.length;
    await world.clock.advance(5000);
    expect(world.redis.calls.length).toBe(calls + 1);
    expect(
      world.redis.command("HGETALL", `hg:usage:01990000-0000-7000-8000-000000000001:2025-06-15`),
    ).toEqual(["act:invoke", "10000"]);
    expect(world.redis.command("GET", "hg:quota:01990000-0000-7000-8000-000000000001:2025-06")).toBe("10000");
    await settle();
  });
});
