import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../../drizzle/testKit.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { setConsent } from "../consent/setConsent.ts";
import { setPersonFreeTier } from "../consent/setPersonFreeTier.ts";
import { PLATFORM_ACTOR } from "../identity/actor.ts";
import { revokeKey } from "../identity/revokeKey.ts";
import { openTestCell, type TestCell } from "../identity/testCell.ts";
import { type Admitter, createAdmitter } from "../leases/createAdmitter.ts";
import { flushUsage } from "../leases/flushUsage.ts";
import { republishChanges } from "../leases/republishChanges.ts";
import { ask, SECRET, verdictOf } from "../leases/testWorld.ts";
import { createSigner } from "../signing/createSigner.ts";
import { readLimits } from "./readLimits.ts";
import { setLimits } from "./setLimits.ts";

const AWAY = { kind: "unavailable", detail: "test" } as const;
const signer = createSigner([SECRET]);
const NOBODY = "key_01990000-0000-7000-8000-000000000001";

let cell: TestCell;
let organization: string;

beforeAll(async () => {
  cell = await openTestCell();
}, 60_000);
afterAll(() => cell.close());
beforeEach(async () => {
  cell.redis.failure = null;
  cell.redis.lose();
  organization = (await cell.organization()).id;
});

const isolate = (): Admitter => createAdmitter(cell.ports());
const ports = () => ({ ...cell.ports(), signer });
const call = async (admitter: Admitter, presentedKey: string, scope: Scope = "act:invoke") =>
  verdictOf(await ask(admitter, { presentedKey, scope }));
const limits = { rate_per_second: null, quota_per_month: null, concurrency: null };
const set = (changes: Partial<Record<keyof typeof limits, number>>) =>
  setLimits(organization, { ...limits, ...changes }, PLATFORM_ACTOR, ports());
const read = async (key_id?: string) =>
  unwrap(await readLimits(organization, key_id === undefined ? {} : { key_id }, cell.ports()));

describe("limits", () => {
  test("are the configuration's until they are set; a change is audited and makes a version", async () => {
    expect(await read()).toMatchObject({
      key_id: null,
      ...limits,
      effective: { rate_per_second: 5000, quota_per_month: 100_000_000, concurrency: 512 },
      used_this_month: 0,
    });
    const changed = unwrap(await set({ quota_per_month: 50, rate_per_second: 9 }));
    expect(changed).toEqual(await read());
    expect(changed).toMatchObject({
      quota_per_month: 50,
      effective: { rate_per_second: 9, quota_per_month: 50, concurrency: 512 },
    });
    expect(await cell.audit(organization)).toContain(`limits.set org_${organization}`);
    const [row] = await cell.rows(organization, sql`select version::integer from organizations`);
    expect(row).toEqual({ version: 2 });
    unwrap(await set({}));
    expect((await read()).effective.rate_per_second).toBe(5000);
  });

  test("of a key are its own, where it has some; another organization's key is not there", async () => {
    const mine = await cell.key(organization, { quota_per_month: 10, rate_per_second: 3 });
    const plain = await cell.key(organization);
    const other = await cell.key((await cell.organization()).id);
    unwrap(await set({ quota_per_month: 4, rate_per_second: 7 }));
    expect(await read(mine.id)).toMatchObject({
      key_id: mine.id,
      quota_per_month: 10,
      rate_per_second: 3,
      effective: { quota_per_month: 4, rate_per_second: 3, concurrency: 512 },
      used_this_month: 0,
    });
    expect(await read(plain.id)).toMatchObject({
      ...limits,
      effective: { rate_per_second: 7 },
      used_this_month: null,
    });
    for (const key_id of [other.id, NOBODY, "nonsense"])
      expect(await readLimits(organization, { key_id }, cell.ports())).toMatchObject({
        failure: { code: "not_found" },
      });
  });

  test("say what is used a second ago, and go on from Postgres when Redis lost its data", async () => {
    const key = await cell.key(organization, { quota_per_month: 8 });
    unwrap(await set({ quota_per_month: 12 }));
    const admitter = isolate();
    for (let i = 0; i < 5; i += 1) expect(await call(admitter, key.key)).toBe("admitted");
    await cell.clock.advance(2000);
    expect([(await read()).used_this_month, (await read(key.id)).used_this_month]).toEqual([5, 5]);
    unwrap(await flushUsage(cell.ports()));
    unwrap(await flushUsage(cell.ports()));
    cell.redis.lose();
    expect([(await read()).used_this_month, (await read(key.id)).used_this_month]).toEqual([5, 5]);
    const plain = await cell.key(organization);
    const fresh = isolate();
    const admitted = async (text: string) => {
      let count = 0;
      for (let i = 0; i < 20; i += 1) if ((await call(fresh, text)) === "admitted") count += 1;
      return count;
    };
    expect([await admitted(key.key), await admitted(plain.key)]).toEqual([3, 4]);
  });

  test("that are cut while Redis is away are stored, and the caller is told that they do not hold yet", async () => {
    const key = await cell.key(organization);
    const admitter = isolate();
    expect(await call(admitter, key.key)).toBe("admitted");
    cell.redis.failure = AWAY;
    expect(await set({ quota_per_month: 0 })).toMatchObject({ failure: { code: "storage_unavailable" } });
    cell.redis.failure = null;
    await cell.clock.advance(2000);
    expect(await call(admitter, key.key)).toBe("admitted");
    unwrap(await set({ quota_per_month: 0 }));
    await cell.clock.advance(1000);
    expect(await call(admitter, key.key)).toBe("quota_exceeded");
  });
});

describe("what was changed while Redis was away", () => {
  /** Knows a key, a subject and the person-free stream, as an isolate and Redis do. */
  async function known() {
    const key = await cell.key(organization);
    const doomed = await cell.key(organization);
    const research = { tier: "research", legal_basis: "consent" } as const;
    unwrap(await setConsent(organization, "ann", research, PLATFORM_ACTOR, ports()));
    unwrap(await setPersonFreeTier(organization, research, PLATFORM_ACTOR, ports()));
    const tier = async (subject: string | null) => {
      const admission = await ask(isolate(), { presentedKey: key.key, subject });
      const verdict = verdictOf(admission);
      return admission.kind === "admitted" ? admission.grant.consent.tier : verdict;
    };
    const opens = () => call(isolate(), doomed.key);
    expect([await tier("ann"), await tier(null), await opens()]).toEqual([
      "research",
      "research",
      "admitted",
    ]);
    return { key, doomed, tier, opens };
  }

  test("is told by the schedule when it is back, however long it was", async () => {
    const { key, doomed, tier, opens } = await known();
    expect(unwrap(await republishChanges(cell.ports()))).toBe(0);
    cell.redis.failure = AWAY;
    const none = { tier: "none", legal_basis: "consent" } as const;
    const revoked = await revokeKey(organization, doomed.id, PLATFORM_ACTOR, ports());
    const withdrawn = await setConsent(organization, "ann", none, PLATFORM_ACTOR, ports());
    const declared = await setPersonFreeTier(organization, none, PLATFORM_ACTOR, ports());
    const cut = await set({ rate_per_second: 1 });
    expect([revoked.ok, withdrawn.ok, declared.ok, cut.ok]).toEqual([false, false, false, false]);
    await cell.clock.advance(3 * 3_600_000);
    expect(await republishChanges(cell.ports())).toMatchObject({ failure: "redis" });
    cell.redis.failure = null;
    expect([await tier("ann"), await tier(null), await opens()]).toEqual([
      "research",
      "research",
      "admitted",
    ]);

    expect(unwrap(await republishChanges(cell.ports()))).toBe(4);
    expect([await tier("ann"), await tier(null), await opens()]).toEqual(["none", "none", "revoked_key"]);
    const admission = await ask(isolate(), { presentedKey: key.key });
    expect(admission).toMatchObject({ limits: { rate: { limit: 1 } } });
    expect(unwrap(await republishChanges(cell.ports()))).toBe(0);
  });

  test("is told of a subject that Redis came to know by a read, too", async () => {
    const { tier } = await known();
    cell.redis.lose();
    expect(await tier("ann")).toBe("research");
    cell.redis.failure = AWAY;
    const basic = { tier: "basic", legal_basis: "consent" } as const;
    await setConsent(organization, "ann", basic, PLATFORM_ACTOR, ports());
    cell.redis.failure = null;
    expect(await tier("ann")).toBe("research");
    expect(unwrap(await republishChanges(cell.ports()))).toBe(1);
    expect(await tier("ann")).toBe("basic");
  });
});
