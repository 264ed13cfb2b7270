import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../../drizzle/testKit.ts";
import { createAdmitter } from "../leases/createAdmitter.ts";
import { flushUsage } from "../leases/flushUsage.ts";
import { ask, verdictOf } from "../leases/testWorld.ts";
import { type Actor, PLATFORM_ACTOR } from "./actor.ts";
import { createKey } from "./createKey.ts";
import { listKeys, readKey } from "./readKeys.ts";
import { revokeKey } from "./revokeKey.ts";
import { rotateKey } from "./rotateKey.ts";
import { createKeyRequestSchema, rotateKeyRequestSchema } from "./schema.ts";
import { openTestCell, type TestCell } from "./testCell.ts";

let cell: TestCell;
beforeAll(async () => {
  cell = await openTestCell();
}, 60_000);
beforeEach(() => {
  cell.breakCommit = null;
  cell.redis.failure = null;
  cell.redis.before = () => {};
});
afterAll(() => cell?.close());

const rotate = (
  organizationId: string,
  id: string,
  changes: Record<string, unknown> = {},
  actor: Actor = PLATFORM_ACTOR,
) => rotateKey(organizationId, id, rotateKeyRequestSchema.parse(changes), actor, cell.ports());
const revoke = (organizationId: string, id: string, force = false) =>
  revokeKey(organizationId, id, PLATFORM_ACTOR, cell.ports(), { force });
const read = async (organizationId: string, id: string) =>
  unwrap(await readKey(organizationId, id, cell.ports()));
const later = (durationMs: number) => new Date(cell.clock.now() + durationMs).toISOString();
const DAY_MS = 86_400_000;

describe("keys", () => {
  test("are listed newest first, page by page, without their secrets", async () => {
    const { id: organization, key: first } = await cell.organization();
    await cell.organization();
    const made = [first];
    for (let i = 0; i < 4; i += 1) {
      await cell.clock.advance(2);
      made.unshift(await cell.key(organization));
    }
    const listed = [];
    let cursor: string | null = null;
    do {
      const query: Parameters<typeof listKeys>[1] = { limit: 2, ...(cursor === null ? {} : { cursor }) };
      const page = unwrap(await listKeys(organization, query, cell.ports()));
      listed.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(listed).toEqual(made.map(({ key: _, ...shown }) => shown));
  });

  test("say whether they open, and if not, why", async () => {
    const { id: organization } = await cell.organization();
    const key = await cell.key(organization, { expires_at: later(1000), max_tier: "basic" });
    expect(key).toMatchObject({ state: "active", max_tier: "basic", last_used_at: null });
    await cell.clock.advance(1000);
    expect(await read(organization, key.id)).toMatchObject({ state: "expired" });
    unwrap(await revoke(organization, key.id));
    expect(await read(organization, key.id)).toMatchObject({ state: "revoked" });
  });

  test("say when they were last used, as of the last flush", async () => {
    const { id: organization } = await cell.organization();
    const used = await cell.key(organization);
    const idle = await cell.key(organization);
    const usedAt = later(0);
    expect(await cell.opens(used.key)).toBe("admitted");
    await cell.clock.advance(1500);
    unwrap(await flushUsage(cell.ports()));
    expect(await read(organization, used.id)).toMatchObject({ last_used_at: usedAt });
    expect(await read(organization, idle.id)).toMatchObject({ last_used_at: null });

    const usedAgainAt = later(0);
    expect(await cell.opens(used.key)).toBe("admitted");
    unwrap(await flushUsage(cell.ports()));
    expect(await read(organization, used.id)).toMatchObject({ last_used_at: usedAgainAt });
  });

  test("of another organization do not exist for reading, rotating or revoking", async () => {
    const { id: stranger } = await cell.organization();
    const { id: organization, key } = await cell.organization();
    const notFound = { ok: false, failure: { code: "not_found" } };
    expect(await readKey(stranger, key.id, cell.ports())).toEqual(notFound);
    expect(await rotate(stranger, key.id)).toEqual(notFound);
    expect(await revoke(stranger, key.id, true)).toEqual(notFound);
    expect(await read(organization, key.id)).toMatchObject({ state: "active" });
  });

  test.each(["r2d2", "unknown", "custom:mine", "jackal"])(
    "cannot stand for the robot %s, which act refuses",
    (robot_type) => {
      const parsed = createKeyRequestSchema.safeParse({
        name: "x",
        roles: ["member"],
        defaults: { robot_type },
      });
      expect(parsed.error?.issues.map(({ path }) => path)).toEqual([["defaults", "robot_type"]]);
    },
  );

  test("cannot be made with an end that has passed", async () => {
    const { id: organization } = await cell.organization();
    const request = createKeyRequestSchema.parse({ name: "x", roles: ["member"], expires_at: later(0) });
    expect(await createKey(organization, request, PLATFORM_ACTOR, cell.ports())).toMatchObject({
      failure: { code: "invalid_request", errors: [{ pointer: "/expires_at" }] },
    });
  });
});

describe("a rotation", () => {
  test("makes a key like the old one in everything but its end", async () => {
    const { id: organization } = await cell.organization();
    const old = await cell.key(organization, {
      roles: [],
      scopes: ["models:read", "act:invoke"],
      environment: "test",
      defaults: { robot_type: "franka", subject: "ann" },
      max_tier: "analytics",
      rate_per_second: 3,
      quota_per_month: 5_000_000_000,
      concurrency: 2,
      cidrs: ["10.0.0.0/8"],
      expires_at: later(DAY_MS),
    });
    const expires_at = later(2 * DAY_MS);
    const { previous: _, ...fresh } = unwrap(await rotate(organization, old.id, { expires_at }));
    expect(fresh).toEqual({
      ...old,
      id: fresh.id,
      key: fresh.key,
      hint: fresh.hint,
      created_at: fresh.created_at,
      rotated_from: old.id,
      expires_at,
    });
    expect(fresh.key).not.toBe(old.key);
  });

  test("lets both keys open while they overlap, and then the new one alone, in every isolate", async () => {
    const { id: organization } = await cell.organization();
    const old = await cell.key(organization);
    const warm = createAdmitter(cell.ports());
    const verdict = async (presentedKey: string) =>
      verdictOf(await ask(warm, { presentedKey, scope: "models:read" }));
    expect(await verdict(old.key)).toBe("admitted");
    const ends = later(60_000);
    const fresh = unwrap(await rotate(organization, old.id, { overlap_seconds: 60 }));
    expect(fresh.previous).toEqual({ id: old.id, expires_at: ends });
    for (let second = 0; second < 59; second += 1) {
      await cell.clock.advance(1000);
      expect([await verdict(old.key), await verdict(fresh.key)]).toEqual(["admitted", "admitted"]);
    }
    await cell.clock.advance(1000);
    expect([await verdict(old.key), await verdict(fresh.key)]).toEqual(["expired_key", "admitted"]);
    expect(await cell.opens(old.key)).toBe("expired_key");
  });

  test("never lets the old key open longer than it would have", async () => {
    const { id: organization } = await cell.organization();
    const expires_at = later(1000);
    const old = await cell.key(organization, { expires_at });
    expect(unwrap(await rotate(organization, old.id)).previous.expires_at).toBe(expires_at);
  });

  test("without overlap closes the old key everywhere within one second, and after Redis lost everything", async () => {
    const { id: organization } = await cell.organization();
    const old = await cell.key(organization);
    const warm = createAdmitter(cell.ports());
    const verdict = async () => verdictOf(await ask(warm, { presentedKey: old.key, scope: "models:read" }));
    expect(await verdict()).toBe("admitted");
    const fresh = unwrap(await rotate(organization, old.id, { overlap_seconds: 0 }));
    expect(await cell.opens(fresh.key)).toBe("admitted");
    await cell.clock.advance(1000);
    expect(await verdict()).toBe("revoked_key");
    cell.redis.lose();
    expect(await cell.opens(old.key)).toBe("revoked_key");
  });

  test("hands on no scope that its caller lacks", async () => {
    const { id: organization, key } = await cell.organization();
    const caller = { id: "x", scopes: ["keys:write", "models:read"] };
    expect(await rotate(organization, key.id, {}, caller)).toMatchObject({
      failure: { code: "missing_scope" },
    });
    expect(await read(organization, key.id)).toMatchObject({ expires_at: null });
  });

  test("of a key that is closed is a conflict", async () => {
    const { id: organization } = await cell.organization();
    const expired = await cell.key(organization, { expires_at: later(1000) });
    const revoked = await cell.key(organization);
    unwrap(await revoke(organization, revoked.id));
    await cell.clock.advance(1000);
    const conflict = { failure: { code: "conflict" } };
    expect(await rotate(organization, expired.id)).toMatchObject(conflict);
    expect(await rotate(organization, revoked.id)).toMatchObject(conflict);
  });

  test("that a revocation overtakes makes no key", async () => {
    const { id: organization } = await cell.organization();
    const old = await cell.key(organization);
    let overtaken = false;
    cell.redis.before = async (script) => {
      if (script !== "raise_fence" || overtaken) return;
      overtaken = true;
      unwrap(await revoke(organization, old.id));
    };
    expect(await rotate(organization, old.id, { overlap_seconds: 0 })).toMatchObject({
      failure: { code: "conflict" },
    });
    expect(overtaken).toBe(true);
    const successors = sql`select id from api_keys where rotated_from is not null`;
    expect(await cell.rows(organization, successors)).toEqual([]);
  });

  test("is told in the audit log as what became of the old key and where the new one came from", async () => {
    const { id: organization } = await cell.organization();
    const old = await cell.key(organization);
    const fresh = unwrap(await rotate(organization, old.id));
    expect((await cell.audit(organization)).slice(-2)).toEqual([
      `key.rotate ${old.id}`,
      `key.create ${fresh.id}`,
    ]);
  });

  test.each([0, 60])(
    "with an overlap of %i s changes nothing while Redis is away",
    async (overlap_seconds) => {
      const { id: organization } = await cell.organization();
      const old = await cell.key(organization);
      const before = await cell.audit(organization);
      cell.redis.failure = { kind: "unavailable", detail: "" };
      expect(await rotate(organization, old.id, { overlap_seconds })).toMatchObject({
        failure: { code: "storage_unavailable" },
      });
      cell.redis.failure = null;
      expect(await cell.audit(organization)).toEqual(before);
      expect(await cell.opens(old.key)).toBe("admitted");
    },
  );

  test("that Redis does not hear of asks to be repeated, and leaves no key that nobody was shown", async () => {
    const { id: organization } = await cell.organization();
    const old = await cell.key(organization);
    cell.redis.before = (script) => {
      if (script === "publish_entry") cell.redis.failure = { kind: "unavailable", detail: "" };
    };
    expect(await rotate(organization, old.id)).toMatchObject({ failure: { code: "storage_unavailable" } });
    cell.redis.before = () => {};
    cell.redis.failure = null;
    const open = sql`select id from api_keys where rotated_from is not null and revoked_at is null`;
    expect(await cell.rows(organization, open)).toEqual([]);
    const again = unwrap(await rotate(organization, old.id));
    expect([await cell.opens(old.key), await cell.opens(again.key)]).toEqual(["admitted", "admitted"]);
  });

  test("that dies before its commit leaves the old key as it was, once the fence has fallen", async () => {
    const { id: organization, key } = await cell.organization();
    cell.breakCommit = "before";
    expect((await rotate(organization, key.id, { overlap_seconds: 0 })).ok).toBe(false);
    expect(await cell.opens(key.key)).toBe("revoked_key");
    await cell.clock.advance(61_000);
    expect(await cell.opens(key.key)).toBe("admitted");
  });

  test("whose commit is not answered shows the new key all the same", async () => {
    const { id: organization, key } = await cell.organization();
    cell.breakCommit = "after";
    const rotated = await rotate(organization, key.id, { overlap_seconds: 0 });
    expect(await cell.opens(unwrap(rotated).key, "keys:write")).toBe("admitted");
    expect(await cell.opens(key.key)).toBe("revoked_key");
  });
});

describe("the last key that may make keys", () => {
  test("is not revoked, nor closed for a moment, unless the caller insists", async () => {
    const { id: organization, key } = await cell.organization();
    await cell.key(organization);
    const expired = await cell.key(organization, { roles: ["admin"], expires_at: later(1000) });
    await cell.clock.advance(1000);
    const fences = () => cell.redis.calls.filter((name) => name === "raise_fence").length;
    const before = fences();
    expect(await revoke(organization, key.id)).toMatchObject({ failure: { code: "conflict" } });
    expect(fences()).toBe(before);
    expect((await revoke(organization, expired.id)).ok).toBe(true);
    expect((await revoke(organization, key.id, true)).ok).toBe(true);
    expect(await cell.opens(key.key)).toBe("revoked_key");
  });

  test("stays open when two revoke each other at once", async () => {
    const { id: organization, key: first } = await cell.organization();
    const second = await cell.key(organization, { roles: ["admin"] });
    // Both have been told that there is another, before either writes.
    let waiting: (() => void)[] = [];
    cell.redis.before = (script) => {
      if (script !== "raise_fence") return;
      return new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      });
    };
    const outcomes = await Promise.all([first, second].map(({ id }) => revoke(organization, id)));
    waiting = [];
    expect(outcomes.map(({ ok }) => ok).sort()).toEqual([false, true]);
    const verdicts = [await cell.opens(first.key), await cell.opens(second.key)];
    expect(verdicts.sort()).toEqual(["admitted", "revoked_key"]);
  });
});
