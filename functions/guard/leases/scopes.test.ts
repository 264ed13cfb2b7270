import { describe, expect, test } from "vitest";
import { SCOPES } from "../../contracts/scopes.ts";
import { subjectRefOf } from "../consent/subjectDigest.ts";
import { entryOfKey, entryOfTier, raiseFence } from "./entries.ts";
import { ask, ORGANIZATION, systemRandom, TestWorld, verdictOf } from "./testWorld.ts";

const QUOTA = `hg:quota:${ORGANIZATION}:2025-06`;

describe("a key without one scope", () => {
  test.each(SCOPES)(
    "%s is refused that, and nothing else, by Redis, from memory and in an outage",
    async (missing) => {
      const world = new TestWorld();
      const scopes = SCOPES.filter((scope) => scope !== missing);
      const { text: presentedKey } = await world.addKey({ scopes });
      const other = scopes[0] ?? missing;
      const cold = world.isolate();
      expect(verdictOf(await ask(cold, { presentedKey, scope: missing }))).toBe("missing_scope");
      expect(verdictOf(await ask(cold, { presentedKey, scope: other }))).toBe("admitted");

      const warm = world.isolate();
      expect(verdictOf(await ask(warm, { presentedKey, scope: other }))).toBe("admitted");
      const calls = world.redis.calls.length;
      expect(verdictOf(await ask(warm, { presentedKey, scope: missing }))).toBe("missing_scope");
      expect(world.redis.calls.length).toBe(calls);

      world.redis.failure = { kind: "unavailable", detail: "test" };
      await world.clock.advance(world.configuration.LEASE_MS + 1);
      expect(verdictOf(await ask(warm, { presentedKey, scope: missing }))).toBe("missing_scope");
      expect(verdictOf(await ask(warm, { presentedKey, scope: other }))).toBe("admitted");
    },
  );
});

describe("a refusal", () => {
  test("for its scope or its end costs no unit of the quota", async () => {
    const world = new TestWorld();
    const expired = await world.addKey({ expiresAtMs: world.clock.now() });
    const viewer = await world.addKey({ scopes: ["models:read"] });
    expect(verdictOf(await ask(world.isolate(), { presentedKey: expired.text }))).toBe("expired_key");
    expect(verdictOf(await ask(world.isolate(), { presentedKey: viewer.text }))).toBe("missing_scope");
    expect(Number(world.redis.command("GET", QUOTA) ?? 0)).toBe(0);
  });

  test("for a key's end comes at that moment, although its lease goes on", async () => {
    const world = new TestWorld();
    const { text: presentedKey } = await world.addKey({ expiresAtMs: world.clock.now() + 500 });
    const isolate = world.isolate();
    expect(verdictOf(await ask(isolate, { presentedKey }))).toBe("admitted");
    await world.clock.advance(499);
    expect(verdictOf(await ask(isolate, { presentedKey }))).toBe("admitted");
    await world.clock.advance(1);
    expect(verdictOf(await ask(isolate, { presentedKey }))).toBe("expired_key");
  });
});

describe("while a change is under way, behind its fence", () => {
  test("a key is closed, although Postgres still says that it opens", async () => {
    const world = new TestWorld();
    const { text: presentedKey, keyId } = await world.addKey();
    await raiseFence(world.redis, systemRandom, entryOfKey(keyId));
    for (const isolate of [world.isolate(), world.isolate()])
      expect(verdictOf(await ask(isolate, { presentedKey }))).toBe("revoked_key");
  });

  test("a subject counts as none, although Postgres still says what was", async () => {
    const world = new TestWorld();
    const { text: presentedKey } = await world.addKey();
    const digest = await world.setTier("ann", "research");
    const ref = await subjectRefOf(ORGANIZATION, digest);
    const tier = async () => {
      const admission = await ask(world.isolate(), { presentedKey, subject: "ann" });
      const granted = admission.kind === "admitted" ? admission.grant.consent.tier : admission.kind;
      verdictOf(admission);
      return granted;
    };
    expect(await tier()).toBe("research");
    await raiseFence(world.redis, systemRandom, entryOfTier(ORGANIZATION, { digest, ref }));
    expect(await tier()).toBe("none");
  });
});
