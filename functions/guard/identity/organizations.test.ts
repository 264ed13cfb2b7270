import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../../drizzle/testKit.ts";
import { PLATFORM_ACTOR } from "./actor.ts";
import { bootstrapPlatform } from "./bootstrapPlatform.ts";
import { changeOrganization } from "./changeOrganization.ts";
import { foundOrganization } from "./foundOrganization.ts";
import { foundOrganizationRequestSchema } from "./organizationSchema.ts";
import { readOrganization } from "./readOrganization.ts";
import { openTestCell, type TestCell } from "./testCell.ts";

let cell: TestCell;
beforeAll(async () => {
  cell = await openTestCell();
}, 60_000);
beforeEach(() => {
  cell.breakCommit = null;
});
afterAll(() => cell?.close());

const FOUNDER = { id: "a platform key", scopes: ["platform:admin"] };

const found = (founderId: string, changes: Record<string, unknown>) => {
  const request = foundOrganizationRequestSchema.parse({ name: "New", ...changes });
  return foundOrganization(founderId, request, FOUNDER, cell.ports());
};

describe("founding an organization", () => {
  test("makes an administrator of it alone, whatever its founder may do", async () => {
    const founder = await cell.organization();
    const { key } = unwrap(await found(founder.id, { slug: "alone" }));
    expect(await cell.opens(key.key, "keys:write")).toBe("admitted");
    expect(await cell.opens(key.key, "platform:admin")).toBe("missing_scope");
  });

  test("declares what it was told, and says so in its answer", async () => {
    const founder = await cell.organization();
    const { organization } = unwrap(
      await found(founder.id, {
        slug: "declared",
        person_free: { tier: "research", legal_basis: "no_personal_data" },
        limits: { rate_per_second: 7 },
      }),
    );
    expect(organization).toMatchObject({
      name: "New",
      slug: "declared",
      cell: "local",
      person_free: { tier: "research", version: 1 },
      active_keys: { live: 1, test: 0 },
    });
    const id = organization.id.slice("org_".length);
    expect(unwrap(await readOrganization(id, cell.ports()))).toEqual(organization);
    const limits = sql`select rate_per_second, concurrency from organizations`;
    expect(await cell.rows(id, limits)).toEqual([{ rate_per_second: 7, concurrency: null }]);
  });

  test("is told in the audit logs of both organizations", async () => {
    const founder = await cell.organization();
    const { organization, key } = unwrap(await found(founder.id, { slug: "audited" }));
    expect((await cell.audit(founder.id)).at(-1)).toBe(`organization.create ${organization.id}`);
    expect(await cell.audit(organization.id.slice("org_".length))).toEqual([
      `organization.create ${organization.id}`,
      `key.create ${key.id}`,
    ]);
  });

  test("under a slug that is taken points at the slug and leaves no trace", async () => {
    const founder = await cell.organization();
    const before = await cell.audit(founder.id);
    unwrap(await found((await cell.organization()).id, { slug: "taken" }));
    expect(await found(founder.id, { slug: "taken" })).toMatchObject({
      ok: false,
      failure: { code: "conflict", errors: [{ pointer: "/slug" }] },
    });
    expect(await cell.audit(founder.id)).toEqual(before);
  });

  test("that dies before its commit leaves the slug free", async () => {
    const founder = await cell.organization();
    cell.breakCommit = "before";
    expect((await found(founder.id, { slug: "free" })).ok).toBe(false);
    expect((await found(founder.id, { slug: "free" })).ok).toBe(true);
  });

  test("whose commit is not answered shows the first key all the same", async () => {
    const founder = await cell.organization();
    cell.breakCommit = "after";
    const founded = await found(founder.id, { slug: "unanswered" });
    expect(await cell.opens(unwrap(founded).key.key, "keys:write")).toBe("admitted");
  });
});

describe("an organization", () => {
  test("counts the keys that open", async () => {
    const { id } = await cell.organization();
    const expires_at = new Date(cell.clock.now() + 1000).toISOString();
    await cell.key(id, { environment: "test" });
    await cell.key(id, { environment: "test", expires_at });
    const counted = async () => unwrap(await readOrganization(id, cell.ports())).active_keys;
    expect(await counted()).toEqual({ live: 1, test: 2 });
    await cell.clock.advance(1000);
    expect(await counted()).toEqual({ live: 1, test: 1 });
  });

  test("takes a new name once, however often it is given", async () => {
    const { id, publicId } = await cell.organization();
    const rename = () => changeOrganization(id, { name: "Renamed" }, PLATFORM_ACTOR, cell.ports());
    expect(unwrap(await rename())).toMatchObject({ id: publicId, name: "Renamed" });
    unwrap(await rename());
    const renames = (await cell.audit(id)).filter((entry) => entry.startsWith("organization.rename"));
    expect(renames).toEqual([`organization.rename ${publicId}`]);
  });
});

describe("the platform organization", () => {
  test("gets one key, however many ask at once, that founds organizations and looks after its own keys alone", async () => {
    const both = await Promise.all([bootstrapPlatform(cell.ports()), bootstrapPlatform(cell.ports())]);
    const keys = both.map((each) => unwrap(each)).filter((key) => key !== null);
    expect(keys).toHaveLength(1);
    expect(unwrap(await bootstrapPlatform(cell.ports()))).toBe(null);
    expect(await cell.opens(keys[0] ?? "", "platform:admin")).toBe("admitted");
    expect(await cell.opens(keys[0] ?? "", "keys:write")).toBe("admitted");
    expect(await cell.opens(keys[0] ?? "", "consent:read")).toBe("missing_scope");
  });

  test("makes another key for whoever has lost the first", async () => {
    const first = unwrap(await bootstrapPlatform(cell.ports(), { anew: true }));
    const second = unwrap(await bootstrapPlatform(cell.ports(), { anew: true }));
    expect(second).not.toBe(first);
    expect(await cell.opens(second ?? "", "platform:admin")).toBe("admitted");
  });
});
