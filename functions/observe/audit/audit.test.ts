import type { NeonQueryFunction } from "@neondatabase/serverless";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import type { Database } from "../../contracts/ports.ts";
import { AuditWorld, startAuditDatabase, storableJson } from "./testAudit.ts";
import { walkChain } from "./walkChain.ts";

let app: Database;
let owner: NeonQueryFunction<false, false>;
let embedded: TestDatabase;
beforeAll(async () => {
  ({ app, owner, embedded } = await startAuditDatabase());
}, 60_000);
afterAll(() => embedded.remove());

/** A log of six entries, of which the first four are anchored. */
async function sixEntries(): Promise<AuditWorld> {
  const world = new AuditWorld(app, owner);
  await world.append({ n: 1 }, { n: 2 });
  await world.anchor();
  await world.append({ n: 3 }, { n: 4 });
  await world.anchor();
  await world.append({ n: 5 }, { n: 6 });
  return world;
}

const anchored = async (world: AuditWorld) => (await world.verify()).anchored;

/** Both verifiers' answers; the one outside has noted the anchor before anybody tampered. */
async function afterTampering(tamper: (world: AuditWorld) => Promise<unknown>) {
  const world = await sixEntries();
  const noted = await anchored(world);
  await tamper(world);
  const inside = await world.verify();
  const outside = await world.verifyOutside(noted && { seq: noted.seq, hash: noted.hash });
  expect([inside.intact, outside.intact]).toEqual([false, false]);
  return { inside: inside.broken, outside: outside.broken };
}

const removed = (world: AuditWorld, from: number, to = from) =>
  owner`delete from audit_log where organization_id = ${world.organizationId} and seq between ${from} and ${to}`;

const copied = (world: AuditWorld, from: number, to: number) =>
  owner`insert into audit_log select organization_id, ${to}, prev_hash, hash, actor, action, target, detail, at
    from audit_log where organization_id = ${world.organizationId} and seq = ${from}`;

/** Moves the entries from a number on by one, by way of numbers that nobody has. */
async function shifted(world: AuditWorld, from: number): Promise<void> {
  await owner`update audit_log set seq = seq + 100 where organization_id = ${world.organizationId} and seq >= ${from}`;
  await owner`update audit_log set seq = seq - 99 where organization_id = ${world.organizationId} and seq >= 100`;
}

/** Puts an entry in between the second and the third, with a hash that follows the second. */
async function insertedThird(world: AuditWorld): Promise<void> {
  await shifted(world, 3);
  await copied(world, 2, 3);
  await owner`update audit_log a set prev_hash = b.hash, hash = audit_link(b.hash, a.organization_id, a.seq, a.actor,
      a.action, a.target, a.detail, a.at) from audit_log b
    where a.organization_id = ${world.organizationId} and b.organization_id = a.organization_id and a.seq = 3 and b.seq = 2`;
  await owner`update audit_heads set seq = 7 where organization_id = ${world.organizationId}`;
}

/** Rewrites one entry together with its own hash. */
const rehashed = (world: AuditWorld, seq: number) =>
  owner`update audit_log set action = 'x', hash = audit_link(prev_hash, organization_id, seq, actor, 'x', target, detail,
    at) where organization_id = ${world.organizationId} and seq = ${seq}`;

describe("an audit log", () => {
  test("that nobody touched is intact to both verifiers, whatever page it is read by", async () => {
    const world = await sixEntries();
    const verdict = await world.verify();
    expect(verdict).toMatchObject({
      intact: true,
      entries: 6,
      head: { seq: 6 },
      anchored: { seq: 4 },
      broken: null,
    });
    expect(await world.verifyOutside(verdict.head)).toEqual({
      intact: true,
      entries: 6,
      head: verdict.head,
      broken: null,
    });
  });

  test("with nothing in it is intact", async () => {
    const world = new AuditWorld(app, owner);
    expect(await world.verify()).toEqual({
      intact: true,
      entries: 0,
      head: null,
      anchored: null,
      broken: null,
    });
    expect(await world.verifyOutside()).toEqual({ intact: true, entries: 0, head: null, broken: null });
  });

  test.each([
    ["prev_hash", "prev_hash || '\\x00'"],
    ["hash", "sha256(hash)"],
    ["actor", "actor || ' '"],
    ["action", "'key.revoke'"],
    ["target", "upper(target)"],
    ["detail", "detail || '{\"m\": null}'"],
    ["at", "at + interval '1 microsecond'"],
  ])("shows the entry whose %s alone was altered", async (column, value) => {
    for (const seq of [1, 3, 6]) {
      const found = await afterTampering((world) =>
        owner.query(
          `update audit_log set ${column} = ${value} where organization_id = '${world.organizationId}' and seq = ${seq}`,
        ),
      );
      expect(found).toEqual({ inside: { seq, kind: "altered" }, outside: { seq, kind: "altered" } });
    }
  });

  test("shows an entry whose number alone was altered, and one that was given to another organization", async () => {
    const renumber = await afterTampering(
      (world) =>
        owner`update audit_log set seq = 60 where organization_id = ${world.organizationId} and seq = 3`,
    );
    expect(renumber.inside).toEqual({ seq: 3, kind: "missing" });
    expect(renumber.outside).toEqual({ seq: 3, kind: "missing" });
    const neighbor = await sixEntries();
    const moved = await afterTampering(async (world) => {
      await removed(neighbor, 3);
      await owner`update audit_log set organization_id = ${neighbor.organizationId}
        where organization_id = ${world.organizationId} and seq = 3`;
    });
    expect(moved.outside).toEqual({ seq: 3, kind: "missing" });
    expect((await neighbor.verify()).broken).toEqual({ seq: 3, kind: "altered" });
    expect((await neighbor.verifyOutside()).broken).toEqual({ seq: 3, kind: "altered" });
  });

  test("shows an entry that was rewritten together with its hash, by the entry behind it", async () => {
    const found = await afterTampering((world) => rehashed(world, 5));
    expect(found).toEqual({ inside: { seq: 5, kind: "altered" }, outside: { seq: 5, kind: "altered" } });
  });

  test("shows the first entry that is gone: from the middle, from the start, and several", async () => {
    for (const [from, to] of [
      [3, 3],
      [1, 1],
      [2, 5],
    ] as const) {
      const found = await afterTampering((world) => removed(world, from, to));
      const missing = { seq: from, kind: "missing" };
      expect(found).toEqual({ inside: missing, outside: missing });
    }
  });

  test("shows that its end was cut off: by its head, and where the head was edited too, by its anchor", async () => {
    const behindAnchor = await sixEntries();
    await removed(behindAnchor, 5, 6);
    expect((await behindAnchor.verify()).broken).toEqual({ seq: 5, kind: "cut" });
    const found = await afterTampering(async (world) => {
      await removed(world, 4, 6);
      await world.fitHead();
    });
    expect(found).toEqual({ inside: { seq: 4, kind: "cut" }, outside: { seq: 4, kind: "cut" } });
    const emptied = await afterTampering(async (world) => {
      await removed(world, 1, 6);
      await owner`delete from audit_heads where organization_id = ${world.organizationId}`;
    });
    expect(emptied).toEqual({ inside: { seq: 1, kind: "cut" }, outside: { seq: 1, kind: "cut" } });
  });

  test("does not show, and docs/audit.md says so, an end cut off since the last anchor with its head edited", async () => {
    const world = await sixEntries();
    await removed(world, 5, 6);
    await world.fitHead();
    expect((await world.verify()).intact).toBe(true);
  });

  test("keeps the gap of a cut for ever when it grows again", async () => {
    const world = await sixEntries();
    await removed(world, 5, 6);
    await world.append({ n: 7 });
    expect((await world.verify()).broken).toEqual({ seq: 5, kind: "missing" });
    expect((await world.verifyOutside()).broken).toEqual({ seq: 5, kind: "missing" });
  });

  test("shows two entries that were swapped", async () => {
    const found = await afterTampering(async (world) => {
      await owner`update audit_log a set (prev_hash, hash, actor, action, target, detail, at) = (select b.prev_hash, b.hash,
          b.actor, b.action, b.target, b.detail, b.at from audit_log b
          where b.organization_id = a.organization_id and b.seq = 5 - a.seq)
        where organization_id = ${world.organizationId} and seq in (2, 3)`;
    });
    expect(found).toEqual({ inside: { seq: 2, kind: "altered" }, outside: { seq: 2, kind: "altered" } });
  });

  test("shows an entry that was put in: between others, at the end, and before the first", async () => {
    const between = await afterTampering(insertedThird);
    expect(between).toEqual({ inside: { seq: 3, kind: "inserted" }, outside: { seq: 3, kind: "inserted" } });
    const first = await afterTampering((world) => copied(world, 1, 0));
    expect(first).toEqual({ inside: { seq: 0, kind: "inserted" }, outside: { seq: 0, kind: "inserted" } });
    const world = await sixEntries();
    await copied(world, 6, 7);
    await world.rechain(7);
    expect((await world.verify()).broken).toEqual({ seq: 7, kind: "inserted" });
  });

  test("shows that it was rewritten from an entry on with all hashes and its head, between two anchors", async () => {
    const found = await afterTampering(async (world) => {
      await owner`update audit_log set actor = 'nobody' where organization_id = ${world.organizationId} and seq = 3`;
      await world.rechain(3);
      await world.fitHead();
    });
    expect(found).toEqual({
      inside: { seq: 4, kind: "rewritten", vouched_seq: 2 },
      outside: { seq: 4, kind: "rewritten" },
    });
    const fromTheStart = await afterTampering(async (world) => {
      await owner`update audit_log set actor = 'nobody' where organization_id = ${world.organizationId} and seq = 1`;
      await world.rechain(1);
      await world.fitHead();
    });
    expect(fromTheStart.inside).toEqual({ seq: 2, kind: "rewritten", vouched_seq: 0 });
  });

  test("shows a rewritten end by its head alone", async () => {
    const world = await sixEntries();
    await owner`update audit_log set actor = 'nobody' where organization_id = ${world.organizationId} and seq = 6`;
    await world.rechain(6);
    expect((await world.verify()).broken).toEqual({ seq: 6, kind: "altered" });
  });

  test("shows a head or an anchor that is gone, and an anchor that this deployment did not sign", async () => {
    const headless = await sixEntries();
    await owner`delete from audit_heads where organization_id = ${headless.organizationId}`;
    expect((await headless.verify()).broken).toEqual({ seq: 6, kind: "head" });

    const world = await sixEntries();
    const latest = `audit/${world.organizationId}/latest`;
    const jws = new TextDecoder().decode(world.objects.get(latest));
    world.objects.set(latest, new TextEncoder().encode(`${jws.slice(0, -8)}AAAAAAAA`));
    expect((await world.verify()).broken).toEqual({ seq: 4, kind: "anchor" });
    world.objects.delete(latest);
    expect((await world.verify()).broken).toEqual({ seq: 4, kind: "anchor" });

    const neighbor = await sixEntries();
    world.objects.set(
      latest,
      neighbor.objects.get(`audit/${neighbor.organizationId}/latest`) ?? new Uint8Array(),
    );
    expect((await world.verify()).broken).toEqual({ seq: 4, kind: "anchor" });
  });

  test("fits, outside, the hashes that Postgres computed, whatever its details hold", async () => {
    const details = [
      { nested: { list: [1, [2, { three: null }]], "": "", long: "x".repeat(3000) } },
      { bb: 1, a: 2, aaa: 3, ä: 4, Z: 5, 10: 6, 9: 7 },
      [1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.1, -0, 2 ** 53, 100, 1.5],
      '\u2028\\"/\t\u007f\ud83d\ude00',
      ...fc.sample(storableJson, { numRuns: 150, seed: 8 }),
    ];
    const world = new AuditWorld(app, owner);
    await world.append(...details);
    const report = await world.verifyOutside();
    expect(report).toMatchObject({ intact: true, entries: details.length, broken: null });
    expect(report.head).toEqual((await world.verify()).head);
  });

  test("is judged alike in pages of any size", async () => {
    const inserted = await sixEntries();
    await insertedThird(inserted);
    const rewritten = await sixEntries();
    await rehashed(rewritten, 4);
    const gone = await sixEntries();
    await removed(gone, 2, 3);
    for (const pageEntries of [1, 2, 3, 4]) {
      const found = async ({ organizationId }: AuditWorld) =>
        unwrap(await walkChain(organizationId, null, app, pageEntries)).broken;
      expect(await found(inserted)).toEqual({ seq: 3, kind: "inserted" });
      expect(await found(rewritten)).toEqual({ seq: 4, kind: "altered" });
      expect(await found(gone)).toEqual({ seq: 2, kind: "missing" });
    }
  });

  test("is never called intact while its anchor cannot be read", async () => {
    const world = await sixEntries();
    world.bucketIsAway = true;
    await expect(world.verify()).rejects.toThrow("storage_unavailable");
  });
});

describe("the anchor of an audit log", () => {
  let world: AuditWorld;
  beforeEach(async () => {
    // Organizations of other tests would wait to be anchored here as well.
    await owner`delete from audit_heads`;
    world = new AuditWorld(app, owner);
  });
  const names = (): string[] =>
    [...world.objects.keys()].map((key) => key.slice(key.lastIndexOf("/") + 1)).sort();
  const outcomes = (outcome: string): number =>
    world.meter.counts.get(`headgate_audit_anchors_total{${outcome}}`) ?? 0;

  test("is put when the log has moved, and only then; older ones stay", async () => {
    await world.append({});
    await world.anchor();
    await world.anchor();
    expect(outcomes("anchored")).toBe(1);
    await world.append({}, {});
    await world.anchor();
    expect(names()).toEqual(["000000000000001.jws", "000000000000003.jws", "latest"]);
    expect((await world.verify()).anchored).toMatchObject({
      seq: 3,
      at: new Date(world.clock.now()).toISOString(),
    });
  });

  test("waits while the bucket is away, and is made up for", async () => {
    await world.append({});
    world.bucketIsAway = true;
    await world.anchor();
    expect(outcomes("away")).toBe(1);
    world.bucketIsAway = false;
    await world.anchor();
    expect(names()).toEqual(["000000000000001.jws", "latest"]);
  });

  test("is not renewed over a chain that was rewritten, cut or altered since: the alarm goes on", async () => {
    await world.append({}, {}, {});
    await world.anchor();
    await owner`update audit_log set actor = 'nobody' where organization_id = ${world.organizationId} and seq = 2`;
    await world.rechain(2);
    await world.fitHead();
    await world.append({});
    await world.anchor();
    await world.anchor();
    expect(outcomes("broken")).toBe(2);
    expect(world.events).toEqual(["audit_chain_broken", "audit_chain_broken"]);
    expect(names()).toEqual(["000000000000003.jws", "latest"]);
    expect((await world.verify()).broken).toEqual({ seq: 3, kind: "rewritten", vouched_seq: 0 });
  });

  test("is not put anew where it was taken away", async () => {
    await world.append({});
    await world.anchor();
    world.objects.clear();
    await world.append({});
    await world.anchor();
    expect(names()).toEqual([]);
    expect(outcomes("broken")).toBe(1);
  });
});
