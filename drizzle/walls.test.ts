import { type NeonQueryFunction, neon } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Database } from "../functions/contracts/ports.ts";
import type { TestDatabase } from "../local/postgres/testDatabase.ts";
import { startMigratedDatabase } from "../local/postgres/testMigrated.ts";
import { connectDatabase } from "./connect.ts";
import { recordingMeter } from "./testKit.ts";
import { plantRows } from "./testRows.ts";

// The second wall alone: whatever a query forgets, the serving role sees the rows of one organization. Tables
// and views come from the catalog, so that a new one stands here from its first migration on.

const ONE = "01990000-0000-7000-8000-000000000001";
const TWO = "01990000-0000-7000-8000-000000000002";

let embedded: TestDatabase;
let app: Database;
let owner: NeonQueryFunction<false, false>;
let tables: string[] = [];

const relationSchema = z.object({
  name: z.string(),
  kind: z.enum(["r", "p", "v", "m"]),
  partition: z.boolean(),
});

async function relations() {
  const rows = await owner`select relname as name, relkind as kind, relispartition as partition from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
      and relname not like 'headgate\\_%' order by relname`;
  return rows.map((row) => relationSchema.parse(row));
}

/** The column by which a relation names its organization. */
const ownerOf = (name: string) => sql.identifier(name === "organizations" ? "id" : "organization_id");

beforeAll(async () => {
  embedded = await startMigratedDatabase();
  owner = neon(embedded.url("postgres"));
  app = connectDatabase({
    url: embedded.url("headgate_app"),
    httpUrl: embedded.httpUrl,
    timeoutMs: 10_000,
    meter: recordingMeter(),
  });
  tables = (await relations())
    .filter(({ kind, partition }) => (kind === "r" || kind === "p") && !partition)
    .map(({ name }) => name);
  for (const organization of [ONE, TWO]) await plantRows(owner, tables, organization);
  await owner`select refresh_views()`;
});
afterAll(() => embedded?.remove());

/** What each relation shows: organizations by relation, or that the role may not look. */
async function seen(organization: string | null, names: readonly string[]): Promise<Record<string, unknown>> {
  const look = async (name: string) => {
    const query = sql`select ${ownerOf(name)}::text as owner from ${sql.identifier(name)}`;
    const answer =
      organization === null ? await app.platform(query) : await app.forOrg(organization, [query]);
    if (!answer.ok) return "sqlState" in answer.failure ? answer.failure.sqlState : answer.failure.kind;
    return [...new Set(answer.value.flat().map((row) => row.owner))];
  };
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await look(name)] as const)));
}

const REFUSED = "42501";

test("every table holds rows of two organizations, and shows the serving role those of one, without a WHERE", async () => {
  expect(tables.length).toBeGreaterThanOrEqual(20);
  for (const name of tables) {
    const query = `select count(distinct ${name === "organizations" ? "id" : "organization_id"})::int as count from ${name}`;
    expect(await owner.query(query), name).toEqual([{ count: 2 }]);
  }
  expect(await seen(ONE, tables)).toEqual(Object.fromEntries(tables.map((name) => [name, [ONE]])));
  expect(await seen(TWO, tables)).toEqual(Object.fromEntries(tables.map((name) => [name, [TWO]])));
});

test("without an organization set no table shows a row", async () => {
  expect(await seen(null, tables)).toEqual(Object.fromEntries(tables.map((name) => [name, []])));
});

test("views show one organization's figures, and what stands behind them is out of reach", async () => {
  const views = (await relations()).filter(({ kind }) => kind === "v" || kind === "m");
  const shown = await seen(
    TWO,
    views.map(({ name }) => name),
  );
  const readable = Object.entries(shown).filter(([, answer]) => answer !== REFUSED);
  expect(readable.map(([name]) => name)).toEqual(
    expect.arrayContaining(["customer_usage_daily", "instruction_effectiveness", "robot_performance"]),
  );
  for (const [name, answer] of readable) expect([name, answer]).toEqual([name, [TWO]]);
  expect(views.filter(({ kind }) => kind === "m").map(({ name }) => shown[name])).toEqual(
    views.filter(({ kind }) => kind === "m").map(() => REFUSED),
  );
});

test("no partition can be reached but through its parent", async () => {
  const partitions = (await relations()).filter(({ partition }) => partition).map(({ name }) => name);
  expect(partitions.length).toBeGreaterThan(5);
  expect(await seen(ONE, partitions)).toEqual(Object.fromEntries(partitions.map((name) => [name, REFUSED])));
});

test("changing, deleting or adding another organization's rows changes nothing, in any table", async () => {
  const fingerprint = async (name: string) =>
    owner.query(`select md5(string_agg(t::text, '' order by t::text)) as rows from ${name} t`);
  const before = await Promise.all(tables.map(fingerprint));
  for (const name of tables) {
    const table = sql.identifier(name);
    const column = ownerOf(name);
    const [row] = await owner.query(`select to_jsonb(t) as row from ${name} t
      where ${name === "organizations" ? "id" : "organization_id"} = '${ONE}' limit 1`);
    const attempts = {
      update: sql`update ${table} set ${column} = ${column} where ${column} = ${ONE} returning 1`,
      delete: sql`delete from ${table} where ${column} = ${ONE} returning 1`,
      insert: sql`insert into ${table} select * from jsonb_populate_record(null::${table}, ${JSON.stringify(row?.row)}::jsonb)
        returning 1`,
    };
    for (const [what, statement] of Object.entries(attempts)) {
      const answer = await app.forOrg(TWO, [statement]);
      const outcome = answer.ok ? answer.value[0]?.length : answer.failure.kind;
      expect([name, what, outcome]).toEqual([
        name,
        what,
        what === "insert" ? "refused" : expect.toSatisfy(harmless),
      ]);
    }
  }
  expect(await Promise.all(tables.map(fingerprint))).toEqual(before);
});

const harmless = (outcome: unknown): boolean => outcome === 0 || outcome === "refused";
