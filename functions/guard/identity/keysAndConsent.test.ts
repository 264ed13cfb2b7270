import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectDatabase } from "../../../drizzle/connect.ts";
import { recordingMeter, unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { startMigratedDatabase } from "../../../local/postgres/testMigrated.ts";
import type { Database } from "../../contracts/ports.ts";
import { readConsent, readConsentHistory } from "../consent/readConsent.ts";
import { setConsent } from "../consent/setConsent.ts";
import { setPersonFreeTier } from "../consent/setPersonFreeTier.ts";
import { createAdmitter } from "../leases/createAdmitter.ts";
import { flushUsage } from "../leases/flushUsage.ts";
import {
  ask,
  SECRET,
  settle,
  systemRandom,
  TestClock,
  TestMeter,
  TestRedis,
  testConfiguration,
  verdictOf,
} from "../leases/testWorld.ts";
import { createSigner } from "../signing/createSigner.ts";
import { PLATFORM_ACTOR } from "./actor.ts";
import { createKey } from "./createKey.ts";
import { createOrganization } from "./createOrganization.ts";
import { revokeKey } from "./revokeKey.ts";
import { createKeyRequestSchema } from "./schema.ts";

let embedded: TestDatabase;
let real: Database;
let slugs = 0;

beforeAll(async () => {
  embedded = await startMigratedDatabase();
  real = connectDatabase({
    url: embedded.url("headgate_app"),
    httpUrl: embedded.httpUrl,
    timeoutMs: 10_000,
    meter: recordingMeter(),
  });
}, 60_000);
afterAll(() => embedded.remove());

/** Which call of Postgres fails, and whether it was carried out before its answer was lost. */
let breakCommit: "before" | "after" | null = null;
const database: Database = {
  platform: (statement) => real.platform(statement),
  async forOrg(organizationId, statements) {
    const commits = statements.length > 1;
    if (commits && breakCommit === "before")
      return { ok: false, failure: { kind: "unavailable", detail: "" } };
    const outcome = await real.forOrg(organizationId, statements);
    if (commits && breakCommit === "after") return { ok: false, failure: { kind: "timeout", detail: "" } };
    return outcome;
  },
};

const clock = new TestClock(Date.now());
const configuration = testConfiguration();
let redis = new TestRedis(clock);
const ports = () => ({
  clock,
  random: systemRandom,
  database,
  keyValue: redis,
  configuration,
  meter: new TestMeter(),
  signer: createSigner([SECRET]),
});

beforeEach(() => {
  breakCommit = null;
  redis = new TestRedis(clock);
});

async function newOrganization(): Promise<string> {
  slugs += 1;
  const request = { name: "Test", slug: `test-${slugs}` };
  return unwrap(await createOrganization(request, PLATFORM_ACTOR, ports())).id;
}

const newKey = async (organizationId: string, changes: Record<string, unknown> = {}) =>
  unwrap(
    await createKey(
      organizationId,
      createKeyRequestSchema.parse({ name: "robot", roles: ["member"], ...changes }),
      PLATFORM_ACTOR,
      ports(),
    ),
  );

async function tierOf(presentedKey: string, subject: string | null): Promise<string> {
  const admission = await ask(createAdmitter(ports()), { presentedKey, subject });
  const verdict = verdictOf(admission);
  return admission.kind === "admitted" ? admission.grant.consent.tier : verdict;
}

describe("a key", () => {
  test("opens what its role allows, carries its defaults, and is stored as a digest alone", async () => {
    const organization = await newOrganization();
    const created = await newKey(organization, {
      defaults: { robot_type: "franka", subject: "ann" },
      expires_at: new Date(clock.now() + 60_000).toISOString(),
    });
    await setConsent(
      organization,
      "ann",
      { tier: "analytics", legal_basis: "consent" },
      PLATFORM_ACTOR,
      ports(),
    );
    const admission = await ask(createAdmitter(ports()), { presentedKey: created.key });
    if (admission.kind !== "admitted") throw new Error(admission.kind);
    expect(admission.grant).toMatchObject({
      organizationId: organization,
      defaults: { robotType: "franka" },
      consent: { tier: "analytics" },
    });
    expect(
      verdictOf(await ask(createAdmitter(ports()), { presentedKey: created.key, scope: "keys:write" })),
    ).toBe("missing_scope");
    await clock.advance(60_000);
    expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: created.key }))).toBe("expired_key");
    const rows = unwrap(
      await real.forOrg(organization, [sql`select to_jsonb(api_keys) as row from api_keys`]),
    );
    const stored = JSON.stringify(rows);
    expect(stored).toContain(created.hint);
    expect(stored).not.toContain(created.key.slice(22));
    expect(stored).not.toContain("ann");
  });

  test("cannot be given a scope that its maker lacks", async () => {
    const organization = await newOrganization();
    const request = createKeyRequestSchema.parse({ name: "x", scopes: ["platform:admin"] });
    const outcome = await createKey(organization, request, { id: "key_x", scopes: ["keys:write"] }, ports());
    expect(outcome).toMatchObject({ ok: false, failure: { code: "missing_scope" } });
  });

  test("of one organization cannot be revoked by another", async () => {
    const created = await newKey(await newOrganization());
    const outcome = await revokeKey(await newOrganization(), created.id, PLATFORM_ACTOR, ports());
    expect(outcome).toMatchObject({ ok: false, failure: { code: "not_found" } });
  });
});

describe("a revocation", () => {
  test("holds in every isolate within one second, and after Redis has lost everything", async () => {
    const organization = await newOrganization();
    const { key, id } = await newKey(organization);
    const isolates = [createAdmitter(ports()), createAdmitter(ports())];
    for (const isolate of isolates)
      expect(verdictOf(await ask(isolate, { presentedKey: key }))).toBe("admitted");
    unwrap(await revokeKey(organization, id, PLATFORM_ACTOR, ports()));
    await clock.advance(1000);
    for (const isolate of isolates)
      expect(verdictOf(await ask(isolate, { presentedKey: key }))).toBe("revoked_key");
    redis.lose();
    expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: key }))).toBe("revoked_key");
  });

  test("is not undone by an isolate that read Postgres before it and writes Redis after it", async () => {
    const organization = await newOrganization();
    const { key, id } = await newKey(organization);
    const stale = createAdmitter(ports());
    let takes = 0;
    redis.before = async (script) => {
      takes += script === "take_lease" ? 1 : 0;
      if (script !== "take_lease" || takes !== 2) return;
      unwrap(await revokeKey(organization, id, PLATFORM_ACTOR, ports()));
    };
    expect(verdictOf(await ask(stale, { presentedKey: key }))).toBe("revoked_key");
    expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: key }))).toBe("revoked_key");
  });

  test.each(["before", "after"] as const)(
    "that dies %s its commit closes the key, then leaves what Postgres says",
    async (when) => {
      const organization = await newOrganization();
      const { key, id } = await newKey(organization);
      expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: key }))).toBe("admitted");
      breakCommit = when;
      expect((await revokeKey(organization, id, PLATFORM_ACTOR, ports())).ok).toBe(false);
      breakCommit = null;
      expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: key }))).toBe("revoked_key");
      await clock.advance(61_000);
      const expected = when === "before" ? "admitted" : "revoked_key";
      expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: key }))).toBe(expected);
    },
  );

  test("without Redis is stored, and asks to be repeated", async () => {
    const organization = await newOrganization();
    const { key, id } = await newKey(organization);
    expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: key }))).toBe("admitted");
    redis.failure = { kind: "unavailable", detail: "" };
    expect(await revokeKey(organization, id, PLATFORM_ACTOR, ports())).toMatchObject({
      failure: { code: "storage_unavailable" },
    });
    redis.failure = null;
    unwrap(await revokeKey(organization, id, PLATFORM_ACTOR, ports()));
    expect(verdictOf(await ask(createAdmitter(ports()), { presentedKey: key }))).toBe("revoked_key");
  });
});

describe("consent", () => {
  test("is none for whom the ledger does not know, and for streams nobody declared", async () => {
    const { key } = await newKey(await newOrganization());
    expect(await tierOf(key, "stranger")).toBe("none");
    expect(await tierOf(key, null)).toBe("none");
  });

  test("given, raised and withdrawn is a ledger of versions with one seed, without the person's name", async () => {
    const organization = await newOrganization();
    const { key } = await newKey(organization);
    for (const tier of ["basic", "research", "none"] as const) {
      const set = await setConsent(
        organization,
        "ann@example.org",
        { tier, legal_basis: "consent" },
        PLATFORM_ACTOR,
        ports(),
      );
      expect(unwrap(set).tier).toBe(tier);
      expect(await tierOf(key, "ann@example.org")).toBe(tier);
      redis.lose();
      expect(await tierOf(key, "ann@example.org")).toBe(tier);
    }
    expect(unwrap(await readConsent(organization, "ann@example.org", ports()))).toMatchObject({
      tier: "none",
      version: 3,
    });
    const history = unwrap(await readConsentHistory(organization, "ann@example.org", ports()));
    expect(history.events.map(({ tier, version }) => `${version} ${tier}`)).toEqual([
      "3 none",
      "2 research",
      "1 basic",
    ]);
    const everything = await real.forOrg(organization, [
      sql`select to_jsonb(consent_events) as row from consent_events`,
      sql`select to_jsonb(consent_current) as row from consent_current`,
      sql`select to_jsonb(audit_log) as row from audit_log`,
    ]);
    expect(JSON.stringify(unwrap(everything))).not.toContain("ann@");
  });

  test("withdrawn holds in every isolate within one second, also where others keep the lease alive", async () => {
    const organization = await newOrganization();
    const { key } = await newKey(organization);
    const declare = (subject: string, tier: "research" | "none") =>
      setConsent(organization, subject, { tier, legal_basis: "consent" }, PLATFORM_ACTOR, ports());
    await declare("ann", "research");
    await declare("bob", "research");
    const isolate = createAdmitter(ports());
    const tier = async (subject: string) => {
      const admission = await ask(isolate, { presentedKey: key, subject });
      verdictOf(admission);
      return admission.kind === "admitted" ? admission.grant.consent.tier : admission.kind;
    };
    expect(await tier("ann")).toBe("research");
    unwrap(await declare("ann", "none"));
    for (let i = 0; i < 100; i += 1) {
      await clock.advance(10);
      expect(await tier("bob")).toBe("research");
    }
    expect(await tier("ann")).toBe("none");
  });

  test.each(["before", "after"] as const)(
    "whose withdrawal dies %s its commit counts as none",
    async (when) => {
      const organization = await newOrganization();
      const { key } = await newKey(organization);
      await setConsent(
        organization,
        "ann",
        { tier: "research", legal_basis: "consent" },
        PLATFORM_ACTOR,
        ports(),
      );
      expect(await tierOf(key, "ann")).toBe("research");
      breakCommit = when;
      expect(
        (
          await setConsent(
            organization,
            "ann",
            { tier: "none", legal_basis: "consent" },
            PLATFORM_ACTOR,
            ports(),
          )
        ).ok,
      ).toBe(false);
      breakCommit = null;
      expect(await tierOf(key, "ann")).toBe("none");
      await clock.advance(61_000);
      expect(await tierOf(key, "ann")).toBe(when === "before" ? "research" : "none");
    },
  );

  test("changed by many at once gets each change its own version", async () => {
    const organization = await newOrganization();
    const tiers = ["basic", "research", "analytics", "none", "basic", "research"] as const;
    const results = await Promise.all(
      tiers.map((tier) =>
        setConsent(organization, "bob", { tier, legal_basis: "consent" }, PLATFORM_ACTOR, ports()),
      ),
    );
    expect(results.map((result) => unwrap(result).version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    const { key } = await newKey(organization);
    expect(await tierOf(key, "bob")).toBe(unwrap(await readConsent(organization, "bob", ports())).tier);
  });

  test("of person-free streams is what an administrator declared", async () => {
    const organization = await newOrganization();
    const { key } = await newKey(organization);
    const request = { tier: "research", legal_basis: "no_personal_data" } as const;
    unwrap(await setPersonFreeTier(organization, request, PLATFORM_ACTOR, ports()));
    const admission = await ask(createAdmitter(ports()), { presentedKey: key });
    expect(admission).toMatchObject({ grant: { consent: { tier: "research", subjectRef: null } } });
    verdictOf(admission);
  });
});

describe("usage", () => {
  test("reaches billing once however often it is flushed, also after Redis lost its counts", async () => {
    const organization = await newOrganization();
    const { key } = await newKey(organization);
    const use = async (requests: number) => {
      const isolate = createAdmitter(ports());
      for (let i = 0; i < requests; i += 1) verdictOf(await ask(isolate, { presentedKey: key }));
      await clock.advance(3000);
      await settle();
    };
    const billed = async () => {
      unwrap(await flushUsage(ports()));
      await Promise.all([flushUsage(ports()), flushUsage(ports())]);
      const statement = sql`select sum(requests)::int as requests, sum(quota_units)::int as units from billing_daily`;
      return unwrap(await real.forOrg(organization, [statement]))[0]?.[0];
    };
    await use(7);
    expect(await billed()).toEqual({ requests: 7, units: 7 });
    await use(5);
    expect(await billed()).toEqual({ requests: 12, units: 12 });
    redis.lose();
    await use(3);
    expect(await billed()).toEqual({ requests: 15, units: 15 });
  });
});
