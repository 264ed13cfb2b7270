import { describe, expect, test } from "vitest";
import type { Grant } from "./admission.ts";
import type { Admitter } from "./createAdmitter.ts";
import { ask, ORGANIZATION, TestWorld, verdictOf } from "./testWorld.ts";

const QUOTA = `hg:quota:${ORGANIZATION}:2025-06`;

async function grantOf(admitter: Admitter, changes: Parameters<typeof ask>[1]): Promise<Grant> {
  const admission = await ask(admitter, changes);
  if (admission.kind !== "admitted") throw new Error(JSON.stringify(admission));
  return admission.grant;
}

/** How many of so many requests, one after the other, are admitted. */
async function admittedOf(count: number, isolate: Admitter, presentedKey: string): Promise<number> {
  let admitted = 0;
  for (let i = 0; i < count; i += 1)
    if (verdictOf(await ask(isolate, { presentedKey })) === "admitted") admitted += 1;
  return admitted;
}

/** Two isolates that hold warm leases of a key without limits of its own. */
async function warmPair() {
  const world = new TestWorld();
  const key = await world.addKey();
  const isolates = [world.isolate(), world.isolate()] as const;
  for (const isolate of isolates) expect(await admittedOf(3, isolate, key.text)).toBe(3);
  return { world, key, isolates };
}

describe("a cut of the organization's limits", () => {
  test("of the quota holds in every isolate when its last lease ends, whatever it still held", async () => {
    const { world, key, isolates } = await warmPair();
    await world.setLimits({ quotaPerMonth: 6 });
    await world.clock.advance(1000);
    for (const isolate of isolates) expect(await admittedOf(50, isolate, key.text)).toBe(0);
    expect(world.redis.command("GET", QUOTA)).toBe("6");
  });

  test("of the rate holds, too, under steady load that renews its lease in time", async () => {
    const { world, key, isolates } = await warmPair();
    await world.setLimits({ ratePerSecond: 5 });
    for (let i = 0; i < 100; i += 1) {
      await admittedOf(1, isolates[0], key.text);
      await world.clock.advance(10);
    }
    // A bucket of two seconds, and a slice of one that the first isolate may hold.
    const [first, second] = isolates;
    const burst = (await admittedOf(100, first, key.text)) + (await admittedOf(100, second, key.text));
    expect(burst).toBeLessThanOrEqual(15);
    const { limits, release } = await grantOf(world.isolate(), { presentedKey: (await world.addKey()).text });
    release();
    expect(limits.rate.limit).toBe(5);
  });

  test("of concurrency holds, too, for the slots that a renewed lease still held", async () => {
    const { world, key, isolates } = await warmPair();
    const admitted = async (count: number) => {
      const calls = Array.from({ length: count }, () => ask(isolates[0], { presentedKey: key.text }));
      const grants = (await Promise.all(calls)).flatMap((each) =>
        each.kind === "admitted" ? [each.grant] : [],
      );
      for (const { release } of grants) release();
      return grants.length;
    };
    expect(await admitted(10)).toBe(10);
    await world.setLimits({ concurrency: 2 });
    await world.clock.advance(960);
    // It goes on under the old lease, and renews it behind its answer.
    expect(await admitted(1)).toBe(1);
    // By then the other isolate, which has nothing to do, has given its slots back.
    await world.clock.advance(50);
    expect(await admitted(10)).toBe(2);
  });

  test("and a rise, need no read of Postgres; an older version changes nothing", async () => {
    const { world, key, isolates } = await warmPair();
    const reads = world.postgres.reads;
    await world.setLimits({ ratePerSecond: 7 });
    await world.setLimits({ ratePerSecond: 70 });
    world.postgres.organization = { ...world.postgres.organization, version: 1 };
    await world.setLimits({ ratePerSecond: 1 });
    await world.clock.advance(1000);
    const { limits, release } = await grantOf(isolates[1], { presentedKey: key.text });
    release();
    expect([limits.rate.limit, world.postgres.reads - reads]).toEqual([70, 0]);
  });

  test("leaves a key's own rate alone, but no key passes the organization's quota", async () => {
    const world = new TestWorld();
    const key = await world.addKey({ ratePerSecond: 50, quotaPerMonth: 1000 });
    await world.setLimits({ ratePerSecond: 5, quotaPerMonth: 20 });
    const { limits, release } = await grantOf(world.isolate(), { presentedKey: key.text });
    release();
    expect([limits.rate.limit, limits.quota.limit, limits.quota.remaining]).toEqual([50, 20, 19]);
    expect(await admittedOf(50, world.isolate(), key.text)).toBe(19);
  });
});

describe("a quota that is used up", () => {
  test("tells its limits with the refusal, and spares what must never wait for one", async () => {
    const world = new TestWorld();
    await world.setLimits({ quotaPerMonth: 2 });
    const key = await world.addKey({ scopes: ["act:invoke", "keys:write", "consent:write"] });
    const isolate = world.isolate();
    const verdicts: string[] = [];
    for (const scope of ["act:invoke", "act:invoke", "act:invoke", "keys:write", "act:invoke"] as const)
      verdicts.push(verdictOf(await ask(isolate, { presentedKey: key.text, scope })));
    expect(verdicts).toEqual(["admitted", "admitted", "quota_exceeded", "admitted", "quota_exceeded"]);
    expect(await ask(isolate, { presentedKey: key.text })).toMatchObject({
      problem: { code: "quota_exceeded", retryAfterSeconds: 15.5 * 86_400 },
      limits: { quota: { limit: 2, remaining: 0 } },
    });
    // Spared, yet counted.
    expect(world.redis.command("GET", QUOTA)).toBe("3");
    await world.clock.advance(2000);
    world.redis.failure = { kind: "unavailable", detail: "test" };
    const degraded = (scope: "act:invoke" | "consent:write") =>
      ask(isolate, { presentedKey: key.text, scope }).then(verdictOf);
    expect([await degraded("act:invoke"), await degraded("consent:write")]).toEqual([
      "quota_unavailable",
      "admitted",
    ]);
  });
});

describe("a key's strongest tier", () => {
  test("weakens what the ledger allows, and strengthens nothing", async () => {
    const world = new TestWorld();
    await world.setTier("ann", "research");
    await world.setTier("bob", "basic");
    await world.setTier(null, "research");
    const key = await world.addKey({ maxTier: "analytics" });
    const isolate = world.isolate();
    const tierOf = async (subject: string | null) => {
      const { consent, release } = await grantOf(isolate, { presentedKey: key.text, subject });
      release();
      return consent.tier;
    };
    const tiers = async () => [
      await tierOf("ann"),
      await tierOf("bob"),
      await tierOf("cy"),
      await tierOf(null),
    ];
    const expected = ["analytics", "basic", "none", "analytics"];
    expect(await tiers(), "asked").toEqual(expected);
    const calls = world.redis.calls.length;
    expect(await tiers(), "warm").toEqual(expected);
    expect(world.redis.calls.length).toBe(calls);
    await world.clock.advance(2000);
    world.redis.failure = { kind: "unavailable", detail: "test" };
    expect(await tiers(), "degraded").toEqual(expected);
  });

  test("holds within a lease when it changes, like every fact of a key", async () => {
    const world = new TestWorld();
    await world.setTier("ann", "research");
    const key = await world.addKey();
    const isolate = world.isolate();
    const tierOf = async () =>
      (await grantOf(isolate, { presentedKey: key.text, subject: "ann" })).consent.tier;
    expect(await tierOf()).toBe("research");
    key.row.max_tier = "none";
    key.row.version = 2;
    world.redis.command("DEL", `hg:key:${key.keyId}`);
    await world.clock.advance(1000);
    expect(await tierOf()).toBe("none");
  });
});
