import fc from "fast-check";
import { expect, test } from "vitest";
import type { Admitter } from "./createAdmitter.ts";
import { ask, ORGANIZATION, settle, TestWorld, verdictOf } from "./testWorld.ts";

const scenario = fc.record({
  isolates: fc.integer({ min: 2, max: 6 }),
  quota: fc.integer({ min: 0, max: 900 }),
  rounds: fc.array(fc.record({ pauseMs: fc.integer({ min: 0, max: 1500 }), fails: fc.boolean() }), {
    minLength: 5,
    maxLength: 12,
  }),
});

test("a hard quota is never passed by one, and is used to the last, by 64 callers over several isolates", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ isolates, quota, rounds }) => {
      const world = new TestWorld({ LEASE_QUOTA_SHARE: 0.2, OUTAGE_QUOTA_ALLOWANCE: 0 });
      const key = await world.addKey({ quotaPerMonth: quota });
      const admitters: Admitter[] = Array.from({ length: isolates }, () => world.isolate());
      let used = 0;
      const callAll = async () => {
        const calls = Array.from({ length: 64 }, (_, i) =>
          ask(admitters[i % isolates] ?? world.isolate(), { presentedKey: key.text, subject: `s${i % 3}` }),
        );
        for (const admission of await Promise.all(calls)) if (verdictOf(admission) === "admitted") used += 1;
      };
      for (const { pauseMs, fails } of rounds) {
        world.redis.failure = fails ? { kind: "timeout", detail: "test" } : null;
        await callAll();
        expect(used).toBeLessThanOrEqual(quota);
        await world.clock.advance(pauseMs);
      }
      world.redis.failure = null;
      for (let last = -1; last !== used; ) {
        last = used;
        await world.clock.advance(5000);
        await callAll();
      }
      expect(used).toBe(quota);
      await world.clock.advance(30_000);
      await settle();
      expect(Number(world.redis.command("GET", `hg:quota:${ORGANIZATION}:2025-06`))).toBe(quota);
    }),
    { numRuns: 8 },
  );
});
