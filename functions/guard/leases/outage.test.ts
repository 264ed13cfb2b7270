import { describe, expect, test } from "vitest";
import { ask, ORGANIZATION, settle, TestWorld, verdictOf } from "./testWorld.ts";

const AWAY = { kind: "unavailable", detail: "test" } as const;
const QUOTA = `hg:quota:${ORGANIZATION}:2025-06`;

async function warm(options: Parameters<TestWorld["addKey"]>[0] = {}, settings = {}, nowMs?: number) {
  const world = new TestWorld(settings, nowMs);
  const key = await world.addKey(options);
  await world.setTier("ann", "research");
  const isolate = world.isolate();
  const request = { presentedKey: key.text, subject: "ann" };
  verdictOf(await ask(isolate, request));
  const tier = async (subject: string) => {
    const admission = await ask(isolate, { ...request, subject });
    const verdict = verdictOf(admission);
    return admission.kind === "admitted" ? admission.grant.consent.tier : verdict;
  };
  return { world, key, isolate, request, tier };
}

describe("while Redis is away", () => {
  test("verdicts stand for a minute; then identity closes; both end when it is back", async () => {
    const { world, tier, isolate, request } = await warm();
    world.redis.failure = AWAY;
    await world.clock.advance(2000);
    expect(await tier("ann")).toBe("research");
    expect(await tier("stranger")).toBe("none");
    await world.clock.advance(57_000);
    expect(await tier("ann")).toBe("research");
    await world.clock.advance(2000);
    expect(verdictOf(await ask(isolate, request))).toBe("identity_unavailable");
    world.redis.failure = null;
    await world.clock.advance(1000);
    expect(await tier("ann")).toBe("research");
  });

  test("a key that this isolate never saw is refused with 503, and Postgres is spared", async () => {
    const { world, request } = await warm();
    world.redis.failure = AWAY;
    const reads = world.postgres.reads;
    expect(verdictOf(await ask(world.isolate(), request))).toBe("identity_unavailable");
    expect(world.postgres.reads).toBe(reads);
  });

  test("one request per pause asks it, and no other waits", async () => {
    const { world, isolate, request } = await warm();
    world.redis.failure = AWAY;
    await world.clock.advance(1500);
    const before = world.redis.calls.length;
    for (let i = 0; i < 100; i += 1) {
      expect(verdictOf(await ask(isolate, request))).toBe("admitted");
      await world.clock.advance(50);
    }
    expect(world.redis.calls.length - before).toBeLessThanOrEqual(7);
  });

  test("quota ends with the lease and the allowance, and what passed is debited afterwards", async () => {
    const { world, isolate, request } = await warm({}, { OUTAGE_QUOTA_ALLOWANCE: 20 });
    await world.clock.advance(3000);
    expect(world.redis.command("GET", QUOTA)).toBe("1");
    world.redis.failure = AWAY;
    const verdicts: string[] = [];
    for (let i = 0; i < 30; i += 1) verdicts.push(verdictOf(await ask(isolate, request)));
    expect(verdicts).toEqual([...Array(20).fill("admitted"), ...Array(10).fill("quota_unavailable")]);
    world.redis.failure = null;
    await world.clock.advance(10_000);
    expect(world.redis.command("GET", QUOTA)).toBe("21");
    expect(world.redis.command("HGET", `hg:usage:${ORGANIZATION}:2025-06-15`, "act:invoke")).toBe("21");
  });

  test("a quota that was used up stays used up", async () => {
    const { world, isolate, request } = await warm({ quotaPerMonth: 1 });
    expect(verdictOf(await ask(isolate, request))).toBe("quota_exceeded");
    world.redis.failure = AWAY;
    await world.clock.advance(2000);
    expect(verdictOf(await ask(isolate, request))).toBe("quota_unavailable");
  });

  test("rate is limited by the isolate itself", async () => {
    const { world, isolate, request } = await warm({ ratePerSecond: 10 }, { OUTAGE_QUOTA_ALLOWANCE: 1000 });
    await world.clock.advance(1500);
    world.redis.failure = AWAY;
    let admittedCount = 0;
    for (let i = 0; i < 200; i += 1) {
      if (verdictOf(await ask(isolate, request)) === "admitted") admittedCount += 1;
      await world.clock.advance(10);
    }
    expect(admittedCount).toBeGreaterThanOrEqual(25);
    expect(admittedCount).toBeLessThanOrEqual(31);
  });

  test("a report whose answer was lost counts once", async () => {
    const { world, isolate, request } = await warm();
    for (let i = 0; i < 9; i += 1) verdictOf(await ask(isolate, request));
    let lost = 0;
    const run = world.redis.run.bind(world.redis);
    world.redis.run = async (...call) => {
      const outcome = await run(...call);
      if (call[0].name !== "settle_lease" || lost > 2) return outcome;
      lost += 1;
      return { ok: false, failure: { kind: "timeout", detail: "test" } };
    };
    await world.clock.advance(20_000);
    await settle();
    expect(lost).toBe(3);
    expect(world.redis.command("HGET", `hg:usage:${ORGANIZATION}:2025-06-15`, "act:invoke")).toBe("10");
    expect(world.redis.command("GET", QUOTA)).toBe("10");
  });
});

describe("when Redis lost everything", () => {
  test.each([
    ["the organization's", { quotaPerMonth: 100 }, {}, 97, 0],
    ["the key's own", {}, { quotaPerMonth: 100 }, 0, 97],
  ])("%s quota goes on from what Postgres says was used", async (_, limits, key, used, keyUsed) => {
    const { world, isolate, request } = await warm(key);
    await world.setLimits(limits);
    world.postgres.usedThisMonth = used;
    world.postgres.keyUsedThisMonth = keyUsed;
    await world.clock.advance(3000);
    world.redis.lose();
    const verdicts: string[] = [];
    for (let i = 0; i < 5; i += 1) verdicts.push(verdictOf(await ask(isolate, request)));
    expect(verdicts).toEqual(["admitted", "admitted", "admitted", "quota_exceeded", "quota_exceeded"]);
  });
});

describe("while Postgres is away", () => {
  test("only keys that Redis does not know suffer; a new subject counts as none", async () => {
    const { world, request, tier } = await warm();
    const cold = await world.addKey();
    world.postgres.away = true;
    await world.clock.advance(5000);
    expect(await tier("ann")).toBe("research");
    expect(verdictOf(await ask(world.isolate(), request))).toBe("admitted");
    expect(await tier("stranger")).toBe("none");
    expect(verdictOf(await ask(world.isolate(), { presentedKey: cold.text }))).toBe("identity_unavailable");
  });

  test("a new month begins all the same, with its whole quota", async () => {
    const { world, isolate, request } = await warm(
      { quotaPerMonth: 10 },
      {},
      Date.UTC(2025, 5, 30, 23, 59, 58),
    );
    for (let i = 0; i < 9; i += 1) expect(verdictOf(await ask(isolate, request))).toBe("admitted");
    expect(verdictOf(await ask(isolate, request))).toBe("quota_exceeded");
    world.postgres.away = true;
    await world.clock.advance(2000);
    for (let i = 0; i < 10; i += 1) expect(verdictOf(await ask(isolate, request))).toBe("admitted");
    expect(verdictOf(await ask(isolate, request))).toBe("quota_exceeded");
  });
});
