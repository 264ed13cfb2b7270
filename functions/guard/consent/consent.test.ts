import { sql } from "drizzle-orm";
import { compactVerify, createLocalJWKSet } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectDatabase } from "../../../drizzle/connect.ts";
import { recordingMeter, unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { startMigratedDatabase } from "../../../local/postgres/testMigrated.ts";
import { hexDigest } from "../../contracts/hexDigest.ts";
import { newUuid } from "../../contracts/identifiers.ts";
import type { Database } from "../../contracts/ports.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { listAudit } from "../../observe/audit/listAudit.ts";
import { auditQuerySchema } from "../../observe/audit/schema.ts";
import { PLATFORM_ACTOR } from "../identity/actor.ts";
import { systemRandom, TestClock, TestRedis, testConfiguration } from "../leases/testWorld.ts";
import { createSigner } from "../signing/createSigner.ts";
import { listNotices, readNotice } from "./notices/readNotices.ts";
import { registerNotice } from "./notices/registerNotice.ts";
import { noticeQuerySchema, registerNoticeRequestSchema } from "./notices/schema.ts";
import { readConsent, readConsentHistory, refOf } from "./readConsent.ts";
import { readReceipt } from "./receipts/readReceipt.ts";
import { receiptContentSchema } from "./receipts/schema.ts";
import { setConsentRequestSchema } from "./schema.ts";
import { setConsent } from "./setConsent.ts";
import { setPersonFreeTier } from "./setPersonFreeTier.ts";

let embedded: TestDatabase;
let database: Database;

beforeAll(async () => {
  embedded = await startMigratedDatabase();
  const { httpUrl } = embedded;
  database = connectDatabase({
    url: embedded.url("headgate_app"),
    httpUrl,
    timeoutMs: 10_000,
    meter: recordingMeter(),
  });
}, 60_000);
afterAll(() => embedded.remove());

const clock = new TestClock(Date.UTC(2026, 10, 21, 12));
const configuration = testConfiguration();
const signer = createSigner(configuration.SIGNING_SECRET);
const keyValue = new TestRedis(clock);
const ports = () => ({ clock, random: systemRandom, database, keyValue, configuration, signer });

async function newOrganization(): Promise<string> {
  const id = newUuid(clock, systemRandom);
  unwrap(
    await database.forOrg(id, [
      sql`insert into organizations (id, name, slug, cell) values (${id}, 'x', ${id}, 'local')`,
    ]),
  );
  return id;
}

const set = (organizationId: string, subject: string, request: Record<string, unknown>) =>
  setConsent(organizationId, subject, setConsentRequestSchema.parse(request), PLATFORM_ACTOR, ports());
const register = (organizationId: string, version: string, text: string, language = "en") =>
  registerNotice(organizationId, version, { language, text }, PLATFORM_ACTOR, ports());
const receiptOf = async (organizationId: string, subject: string | null) =>
  unwrap(await readReceipt(organizationId, subject, ports()));
const actsOf = async (organizationId: string) =>
  unwrap(await listAudit(organizationId, auditQuerySchema.parse({}), database)).data.map(
    ({ action }) => action,
  );

describe("a notice", () => {
  test("is written once: the same again is fine and leaves no trace, anything else is a conflict", async () => {
    const organization = await newOrganization();
    const first = unwrap(await register(organization, "1", "We keep…"));
    expect(first).toEqual({
      version: "1",
      language: "en",
      text: "We keep…",
      hash: await hexDigest(utf8("We keep…")),
      created_at: new Date(clock.now()).toISOString(),
    });
    await clock.advance(5);
    expect(unwrap(await register(organization, "1", "We keep…"))).toEqual(first);
    for (const other of [
      register(organization, "1", "We sell"),
      register(organization, "1", "We keep…", "de"),
    ])
      expect(await other).toMatchObject({ ok: false, failure: { code: "conflict" } });
    expect(unwrap(await readNotice(organization, "1", database))).toEqual(first);
    expect(await actsOf(organization)).toEqual(["notice.register"]);
  });

  test("is listed newest first, page by page, and to its own organization alone", async () => {
    const organization = await newOrganization();
    for (const version of ["a", "c", "b", "d"]) {
      // Two of them in the same millisecond.
      if (version !== "b") await clock.advance(1);
      unwrap(await register(organization, version, version));
    }
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const query = noticeQuerySchema.parse({ limit: "3", ...(cursor === undefined ? {} : { cursor }) });
      const page = unwrap(await listNotices(organization, query, database));
      pages.push(page.data.map(({ version }) => version));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual([["d", "c", "b"], ["a"]]);
    const neighbor = await newOrganization();
    expect(unwrap(await listNotices(neighbor, noticeQuerySchema.parse({}), database)).data).toEqual([]);
    expect(await readNotice(neighbor, "a", database)).toMatchObject({ failure: { code: "not_found" } });
  });

  test("that no table could hold is refused at the door", () => {
    for (const text of ["a\0b", "\ud800", ""])
      expect(registerNoticeRequestSchema.safeParse({ language: "en", text }).success).toBe(false);
    expect(setConsentRequestSchema.safeParse({ tier: "basic", notice_version: "a\0" }).success).toBe(false);
  });
});

describe("a consent that names a notice", () => {
  test("gets the hash of the registered one, and none where the team keeps its notices elsewhere", async () => {
    const organization = await newOrganization();
    const { hash } = unwrap(await register(organization, "v1", "text"));
    unwrap(await set(organization, "ann", { tier: "basic", notice_version: "v1" }));
    unwrap(await set(organization, "ann", { tier: "basic", notice_version: "v1", notice_hash: hash }));
    unwrap(await set(organization, "ann", { tier: "basic", notice_version: "elsewhere" }));
    const own = "ab".repeat(32);
    unwrap(await set(organization, "ann", { tier: "basic", notice_version: "elsewhere", notice_hash: own }));
    const { events } = unwrap(await readConsentHistory(organization, "ann", ports()));
    expect(events.map((event) => [event.notice_version, event.notice_hash])).toEqual([
      ["elsewhere", own],
      ["elsewhere", null],
      ["v1", hash],
      ["v1", hash],
    ]);
  });

  test("is refused with another hash than it has, changes nothing, and leaves the tier that held", async () => {
    const organization = await newOrganization();
    unwrap(await register(organization, "v1", "text"));
    unwrap(await set(organization, "ann", { tier: "analytics" }));
    const wrong = { tier: "none", notice_version: "v1", notice_hash: "ab".repeat(32) };
    expect(await set(organization, "ann", wrong)).toMatchObject({
      failure: { code: "invalid_request", errors: [{ pointer: "/notice_hash" }] },
    });
    expect(unwrap(await readConsent(organization, "ann", ports()))).toMatchObject({
      tier: "analytics",
      version: 1,
    });
    expect(await actsOf(organization)).toEqual(["consent.set", "notice.register"]);
    const [entry] = keysOf("hg:tier:", organization);
    expect(keyValue.command("HGET", entry ?? "", "tier")).toBe("analytics");
    expect(keysOf("hg:fence:tier:", organization)).toEqual([]);
  });
});

/** Names of an organization's entries of one kind in Redis. */
const keysOf = (prefix: string, organizationId: string): string[] =>
  [keyValue.command("KEYS", `${prefix}${organizationId}:*`)].flat().map(String);

describe("a change of consent", () => {
  test("made upon another version than the ledger is at is a conflict, and only one of two rivals wins", async () => {
    const organization = await newOrganization();
    const change = (expected_version: number) =>
      set(organization, "ann", { tier: "basic", expected_version });
    expect(await change(1)).toMatchObject({ failure: { code: "conflict" } });
    expect(keysOf("hg:fence:tier:", organization)).toEqual([]);
    expect(unwrap(await change(0))).toMatchObject({ version: 1 });
    const rivals = await Promise.all([change(1), change(1), change(1)]);
    expect(rivals.filter(({ ok }) => ok).length).toBe(1);
    expect(rivals.find(({ ok }) => !ok)).toMatchObject({
      failure: {
        code: "conflict",
        errors: [{ pointer: "/expected_version", detail: "the ledger is at version 2" }],
      },
    });
    expect(await actsOf(organization)).toEqual(["consent.set", "consent.set"]);
    expect(unwrap(await set(organization, "ann", { tier: "none" }))).toMatchObject({ version: 3 });
  });
});

describe("a receipt", () => {
  test("is signed, says what the tier keeps and for what, and names the person by digest alone", async () => {
    const organization = await newOrganization();
    const { hash } = unwrap(await register(organization, "v1", "text"));
    const answer = unwrap(
      await set(organization, "ann@example.org", { tier: "analytics", notice_version: "v1" }),
    );
    const keys = createLocalJWKSet({ keys: [...(await signer.publicKeys())] });
    const { payload, protectedHeader } = await compactVerify(answer.receipt, keys);
    const text = new TextDecoder().decode(payload);
    const content = receiptContentSchema.parse(JSON.parse(text));
    expect(protectedHeader).toMatchObject({ alg: "EdDSA", typ: "headgate-consent-receipt" });
    expect(content).toMatchObject({
      receipt_id: answer.consent_event_id,
      pii_principal_id: await refOf(organization, "ann@example.org", configuration),
      pii_controller: { party_id: `org_${organization}` },
      privacy_notice: { version: "v1", hash },
      lawful_basis: "consent",
      tier: "analytics",
      event: { event_type: "given", event_time: answer.updated_at, event_version: 1, entity_id: "platform" },
    });
    const purposes = content.purposes.map(({ purpose }) => purpose);
    expect(new Set(purposes)).toEqual(new Set(["operation", "statistics", "analysis"]));
    expect(text).not.toContain("ann");
  });

  test("is the same whenever it is asked for, and follows the ledger", async () => {
    const organization = await newOrganization();
    const first = unwrap(await set(organization, "ann", { tier: "research" }));
    await clock.advance(60_000);
    const again = await receiptOf(organization, "ann");
    expect(again.receipt).toBe(first.receipt);
    expect(again.content.purposes.length).toBe(7);
    const withdrawn = unwrap(await set(organization, "ann", { tier: "none" }));
    const after = await receiptOf(organization, "ann");
    expect(after.receipt).toBe(withdrawn.receipt);
    expect(after.content).toMatchObject({ tier: "none", purposes: [], event: { event_type: "withdrawn" } });
  });

  test("is there for person-free streams with their legal basis, and for nobody whom the ledger does not know", async () => {
    const organization = await newOrganization();
    for (const subject of [null, "ann"])
      expect(await readReceipt(organization, subject, ports())).toMatchObject({
        failure: { code: "not_found" },
      });
    const declared = { tier: "research", legal_basis: "no_personal_data" } as const;
    unwrap(await setPersonFreeTier(organization, declared, PLATFORM_ACTOR, ports()));
    const { content } = await receiptOf(organization, null);
    expect(content).toMatchObject({
      pii_principal_id: null,
      lawful_basis: "no_personal_data",
      tier: "research",
    });
    const { events } = unwrap(await readConsentHistory(organization, null, ports()));
    expect(events.map(({ tier }) => tier)).toEqual(["research"]);
    expect(await readReceipt(await newOrganization(), null, ports())).toMatchObject({
      failure: { code: "not_found" },
    });
  });
});
