import { beforeEach, expect, test } from "vitest";
import type { Admitter } from "./createAdmitter.ts";
import { ask, ORGANIZATION, TestWorld, verdictOf } from "./testWorld.ts";

let world: TestWorld;
let key: Awaited<ReturnType<TestWorld["addKey"]>>;
let isolate: Admitter;

beforeEach(async () => {
  world = new TestWorld();
  key = await world.addKey({ cidrs: ["10.0.0.0/8"] });
  isolate = world.isolate();
});

const verify = async (changes: { presentedKey?: string | null; address?: string } = {}) => {
  const question = { presentedKey: key.text, scope: "act:invoke", address: "10.0.0.1", ...changes } as const;
  const verified = await isolate.verify(question, (task) => void task);
  return verified.ok ? verified.value : verified.failure.code;
};

test("a key is found good without a unit or a slice being taken", async () => {
  expect(await verify()).toMatchObject({ organizationId: ORGANIZATION, defaults: {} });
  expect(world.redis.command("GET", `hg:quota:${ORGANIZATION}:2025-06`)).toBe("0");
  expect(world.redis.command("HGET", `hg:rate:${key.keyId}`, "tokens")).toBe("10000.000000");
});

test("it is good although its limits are used up", async () => {
  key.row.quota_per_month = "0";
  expect(await verify()).toMatchObject({ organizationId: ORGANIZATION });
  const request = { presentedKey: key.text, address: "10.0.0.1" };
  expect(verdictOf(await ask(isolate, request))).toBe("quota_exceeded");
});

test.each([
  ["missing_key", { presentedKey: null }],
  ["unknown_key", { presentedKey: "hg_nonsense" }],
  ["address_not_allowed", { address: "192.168.0.1" }],
])("what is not good is refused as %s", async (code, changes) => {
  expect(await verify(changes)).toBe(code);
});

test("a key without the scope is refused", async () => {
  key.row.scopes = ["keys:read"];
  expect(await verify()).toBe("missing_scope");
});

test("a verdict is believed until the time it names, and a revocation noticed then", async () => {
  const first = await verify();
  const askAgainAtMs = typeof first === "string" ? 0 : first.askAgainAtMs;
  expect(askAgainAtMs - world.clock.nowMs).toBeLessThanOrEqual(1000);
  const asked = world.redis.calls.length;
  await verify();
  expect(world.redis.calls.length).toBe(asked);
  world.redis.lose();
  key.row.revoked = true;
  world.clock.nowMs = askAgainAtMs;
  expect(await verify()).toBe("revoked_key");
});

test("while Redis is away a verdict stands for its grace, and then nobody can say", async () => {
  await verify();
  world.redis.failure = { kind: "unavailable", detail: "test" };
  world.clock.nowMs += 59_000;
  expect(await verify()).toMatchObject({ organizationId: ORGANIZATION });
  world.clock.nowMs += 2000;
  expect(await verify()).toBe("identity_unavailable");
});
