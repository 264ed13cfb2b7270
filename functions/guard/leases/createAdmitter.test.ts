import { describe, expect, test } from "vitest";
import { makeKeyText } from "../identity/keyText.ts";
import type { Grant } from "./admission.ts";
import type { Admitter } from "./createAdmitter.ts";
import { ask, ORGANIZATION, settle, systemRandom, TestWorld, verdictOf } from "./testWorld.ts";

const QUOTA = `hg:quota:${ORGANIZATION}:2025-06`;

async function grantOf(admitter: Admitter, changes: Parameters<typeof ask>[1]): Promise<Grant> {
  const admission = await ask(admitter, changes);
  if (admission.kind !== "admitted") throw new Error(JSON.stringify(admission));
  return admission.grant;
}

describe("a warm key", () => {
  test("costs one Redis call per lease, one at its end, and one Postgres read in its life", async () => {
    const world = new TestWorld();
    const key = await world.addKey();
    const isolate = world.isolate();
    for (let i = 1; i <= 10_000; i += 1) {
      expect(verdictOf(await ask(isolate, { presentedKey: key.text, subject: "ann" }))).toBe("admitted");
      if (i % 10 === 0) await world.clock.advance(10);
    }
    // The first call finds nothing and is repeated after Postgres was read; then one in each 950 ms.
    expect(world.redis.calls.length).toBeLessThanOrEqual(1 + 11);
    expect(world.postgres.reads).toBe(1);
    const before = world.redis.calls.length;
    await world.clock.advance(60_000);
    expect(world.redis.calls.slice(before)).toEqual(["settle_lease"]);
    expect(world.redis.command("HGETALL", `hg:usage:${ORGANIZATION}:2025-06-15`)).toEqual([
      "act:invoke",
      "10000",
    ]);
    expect(world.redis.command("GET", QUOTA)).toBe("10000");
  });

  test("is met by a crowd without its own slices starving it: all that the rate allows are admitted", async () => {
    const world = new TestWorld();
    const key = await world.addKey({ ratePerSecond: 100 });
    const crowd = Array.from({ length: 150 }, () => key.text);
    const isolate = world.isolate();
    world.redis.before = settle;
    const verdicts = await Promise.all(crowd.map((presentedKey) => ask(isolate, { presentedKey })));
    expect(verdicts.map(verdictOf)).toEqual(crowd.map(() => "admitted"));
  });

  test("never waits for Redis under steady load, however many requests run at once", async () => {
    const world = new TestWorld();
    const key = await world.addKey();
    const isolate = world.isolate();
    const sixteen = () =>
      Promise.all(Array.from({ length: 16 }, () => ask(isolate, { presentedKey: key.text })));
    for (const admission of await sixteen()) verdictOf(admission);
    await world.clock.advance(960);
    for (const admission of await sixteen()) verdictOf(admission);
    let waiting = 0;
    world.redis.before = async () => {
      waiting += 1;
      await world.clock.sleep(5);
      waiting -= 1;
    };
    const before = world.redis.calls.length;
    for (let i = 0; i < 500; i += 1) {
      const verdicts = await sixteen();
      expect(verdicts.map(verdictOf)).toEqual(Array(16).fill("admitted"));
      await world.clock.advance(10);
    }
    expect(world.redis.calls.length - before).toBeLessThanOrEqual(6);
    expect(waiting).toBeLessThanOrEqual(1);
  });

  test("asks once per second and subject", async () => {
    const world = new TestWorld();
    const key = await world.addKey();
    const isolate = world.isolate();
    const subjects = ["ann", "bob", "cy", null];
    for (let i = 0; i < 300; i += 1) {
      for (const subject of subjects) verdictOf(await ask(isolate, { presentedKey: key.text, subject }));
      await world.clock.advance(10);
    }
    const cold = subjects.length;
    expect(world.postgres.reads).toBe(cold);
    expect(world.redis.calls.length).toBeLessThanOrEqual(cold + subjects.length * 4);
  });

  test("tells the state of its limits", async () => {
    const world = new TestWorld();
    const key = await world.addKey({ ratePerSecond: 100, quotaPerMonth: 1_000_000 });
    const { limits, release } = await grantOf(world.isolate(), { presentedKey: key.text });
    release();
    expect(limits.rate).toEqual({ limit: 100, remaining: 199, resetSeconds: 1 });
    expect(limits.quota).toEqual({ limit: 1_000_000, remaining: 999_999, resetSeconds: 15.5 * 86_400 });
  });
});

describe("a request is refused", () => {
  test("without I/O when its key cannot exist or is of another cell", async () => {
    const world = new TestWorld();
    const isolate = world.isolate();
    const { text } = makeKeyText("eu1", "live", systemRandom);
    const mistyped = `${text.slice(0, 20)}${text[20] === "a" ? "b" : "a"}${text.slice(21)}`;
    expect(verdictOf(await ask(isolate))).toBe("missing_key");
    for (const presentedKey of ["", "nonsense", mistyped, text])
      expect(verdictOf(await ask(isolate, { presentedKey }))).toBe("unknown_key");
    expect(world.redis.calls.length + world.postgres.reads).toBe(0);
  });

  test("for an unknown key, asking once per second", async () => {
    const world = new TestWorld();
    const isolate = world.isolate();
    const { text } = makeKeyText("local", "live", systemRandom);
    for (let i = 0; i < 100; i += 1)
      expect(verdictOf(await ask(isolate, { presentedKey: text }))).toBe("unknown_key");
    expect(world.postgres.reads).toBe(1);
  });

  test("for a right id with a wrong secret, at no cost to the owner of the key", async () => {
    const world = new TestWorld();
    const key = await world.addKey();
    verdictOf(await ask(world.isolate(), { presentedKey: key.text }));
    await world.clock.advance(3000);
    const used = world.redis.command("GET", QUOTA);
    const forged = await forge(key.keyId);
    for (let i = 0; i < 5; i += 1)
      expect(verdictOf(await ask(world.isolate(), { presentedKey: forged }))).toBe("unknown_key");
    expect(world.redis.command("GET", QUOTA)).toBe(used);
  });

  test("for a scope, an address or a time that the key does not have", async () => {
    const world = new TestWorld();
    const key = await world.addKey({
      cidrs: ["10.1.0.0/16"],
      expiresAtMs: world.clock.now() + 5000,
      ratePerSecond: 10,
    });
    const isolate = world.isolate();
    const base = { presentedKey: key.text, address: "10.1.2.3" };
    for (const admitter of [isolate, isolate, world.isolate()]) {
      expect(verdictOf(await ask(admitter, { ...base, scope: "keys:write" }))).toBe("missing_scope");
      expect(verdictOf(await ask(admitter, { ...base, address: "10.2.0.1" }))).toBe("address_not_allowed");
      expect(verdictOf(await ask(admitter, base))).toBe("admitted");
    }
    await world.clock.advance(5000);
    expect(verdictOf(await ask(isolate, base))).toBe("expired_key");
  });
});

/** A well-formed key with a known id and another secret. */
async function forge(keyId: string): Promise<string> {
  const { crc32 } = await import("../identity/crc32.ts");
  const { toBase62 } = await import("../identity/base62.ts");
  const body = `hg_local_test_${keyId}${"0".repeat(43)}`;
  return body + toBase62(BigInt(crc32(body)), 6);
}

describe("a change of a key", () => {
  test("that allows more holds within one second, too", async () => {
    const world = new TestWorld();
    const key = await world.addKey({ scopes: ["models:read"] });
    const isolate = world.isolate();
    for (let i = 0; i < 10; i += 1)
      expect(verdictOf(await ask(isolate, { presentedKey: key.text }))).toBe("missing_scope");
    expect(world.redis.calls.length).toBe(2);
    Object.assign(key.row, { scopes: ["act:invoke"], version: 2 });
    world.redis.lose();
    await world.clock.advance(1000);
    expect(verdictOf(await ask(isolate, { presentedKey: key.text }))).toBe("admitted");
  });
});

describe("the rate limit", () => {
  test("lets a key have its rate and two seconds of burst, and tells when to come again", async () => {
    const world = new TestWorld();
    const key = await world.addKey({ ratePerSecond: 50 });
    const isolates = [world.isolate(), world.isolate()];
    let admittedCount = 0;
    for (let step = 0; step < 1000; step += 1) {
      for (const isolate of isolates) {
        const admission = await ask(isolate, { presentedKey: key.text });
        if (admission.kind === "refused")
          expect(admission.problem).toEqual({ code: "rate_limit", retryAfterSeconds: 1 });
        if (verdictOf(admission) === "admitted") admittedCount += 1;
      }
      await world.clock.advance(10);
    }
    expect(admittedCount).toBeLessThanOrEqual(100 + 10 * 50);
    expect(admittedCount).toBeGreaterThanOrEqual(10 * 50 * 0.9);
  });
});

describe("concurrency", () => {
  test.each([1, 2, 16])(
    "lets %i of a crowd in that comes at once, cold and warm, and no more",
    async (limit) => {
      const world = new TestWorld();
      const key = await world.addKey({ concurrency: limit });
      const isolates = [world.isolate(), world.isolate()];
      world.redis.before = settle;
      for (let round = 0; round < 4; round += 1) {
        const crowd = Array.from({ length: 40 }, (_, i) =>
          ask(isolates[i % 2] ?? world.isolate(), { presentedKey: key.text }),
        );
        const admissions = await Promise.all(crowd);
        const grants = admissions.flatMap((each) => (each.kind === "admitted" ? [each.grant] : []));
        expect(grants.length).toBeLessThanOrEqual(limit);
        expect(grants.length).toBeGreaterThanOrEqual(Math.ceil(limit / 2));
        for (const grant of grants) grant.release();
        await world.clock.advance(300);
      }
    },
  );

  test("is never above the limit over several isolates, and slots come back", async () => {
    const world = new TestWorld();
    const key = await world.addKey({ concurrency: 10 });
    const isolates = [world.isolate(), world.isolate(), world.isolate()];
    const admissions = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        ask(isolates[i % 3] ?? world.isolate(), { presentedKey: key.text }),
      ),
    );
    expect(admissions.filter(({ kind }) => kind === "admitted")).toHaveLength(10);
    for (const admission of admissions) {
      if (admission.kind === "refused") expect(admission.problem.code).toBe("concurrency_limit");
      verdictOf(admission);
    }
    await world.clock.advance(2000);
    expect(verdictOf(await ask(world.isolate(), { presentedKey: key.text }))).toBe("admitted");
  });

  test("of long requests is kept while they run, and comes back from an isolate that died", async () => {
    const world = new TestWorld();
    const key = await world.addKey({ concurrency: 2 });
    const dying = await grantOf(world.isolate(), { presentedKey: key.text });
    world.clock.forget();
    const living = await grantOf(world.isolate(), { presentedKey: key.text });
    await world.clock.advance(2500);
    const third = world.isolate();
    expect(verdictOf(await ask(third, { presentedKey: key.text }))).toBe("concurrency_limit");
    await world.clock.advance(7500);
    const other = await grantOf(third, { presentedKey: key.text });
    expect(verdictOf(await ask(world.isolate(), { presentedKey: key.text }))).toBe("concurrency_limit");
    living.release();
    living.release();
    await world.clock.advance(1000);
    expect(verdictOf(await ask(world.isolate(), { presentedKey: key.text }))).toBe("admitted");
    for (const { release } of [dying, other]) release();
  });

  test("is not eaten up by requests that the platform dropped without their end", async () => {
    const world = new TestWorld({ ACT_DEADLINE_MAX_MS: 10_000 });
    const key = await world.addKey({ concurrency: 4 });
    const isolate = world.isolate();
    for (let i = 0; i < 4; i += 1) await grantOf(isolate, { presentedKey: key.text });
    world.clock.forget();
    await world.clock.advance(100);
    expect(verdictOf(await ask(isolate, { presentedKey: key.text }))).toBe("concurrency_limit");
    await world.clock.advance(17_000);
    expect(verdictOf(await ask(isolate, { presentedKey: key.text }))).toBe("admitted");
  });
});

describe("an Idempotency-Key", () => {
  const idempotency = { key: "order-1", bodyHash: "a" };

  test("replays the answer to the same body for its time, over isolates, at no cost", async () => {
    const world = new TestWorld();
    const key = await world.addKey();
    const request = { presentedKey: key.text, idempotency };
    const first = await grantOf(world.isolate(), request);
    expect(verdictOf(await ask(world.isolate(), request))).toBe("idempotency_in_flight");
    first.complete("answer");
    first.release();
    await world.clock.advance(3000);
    const used = world.redis.command("GET", QUOTA);
    const isolate = world.isolate();
    expect(verdictOf(await ask(isolate, { presentedKey: key.text }))).toBe("admitted");
    for (let i = 0; i < 5; i += 1)
      expect(await ask(isolate, request)).toMatchObject({ kind: "replay", body: "answer" });
    const other = { ...request, idempotency: { key: "order-1", bodyHash: "b" } };
    expect(verdictOf(await ask(isolate, other))).toBe("idempotency_mismatch");
    expect(
      verdictOf(await ask(world.isolate(), { ...request, idempotency: { key: "order-2", bodyHash: "b" } })),
    ).toBe("admitted");
    await world.clock.advance(3000);
    expect(Number(world.redis.command("GET", QUOTA))).toBe(Number(used) + 2);
    await world.clock.advance(60_000);
    expect(verdictOf(await ask(world.isolate(), request))).toBe("admitted");
  });

  test("whose request ends without an answer is free again", async () => {
    const world = new TestWorld();
    const key = await world.addKey();
    const request = { presentedKey: key.text, idempotency };
    (await grantOf(world.isolate(), request)).release();
    await settle();
    expect(verdictOf(await ask(world.isolate(), request))).toBe("admitted");
  });
});
