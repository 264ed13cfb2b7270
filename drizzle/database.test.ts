import { type NeonQueryFunction, neon } from "@neondatabase/serverless";
import { getTableName, is, type SQL, sql } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../functions/contracts/ports.ts";
import { freePort, startTestDatabase, type TestDatabase } from "../local/postgres/testDatabase.ts";
import { assertBoundRole } from "./assertBoundRole.ts";
import { connectDatabase } from "./connect.ts";
import { migrateDown, migrateUp } from "./migrate.ts";
import * as schema from "./schema.ts";
import { insertInference, recordingMeter, unwrap } from "./testKit.ts";
import { describeSchema } from "./testSchema.ts";

const ONE = "01990000-0000-7000-8000-000000000001";
const TWO = "01990000-0000-7000-8000-000000000002";
const EVENT = "01990000-0000-7000-8000-0000000000e1";
const NOW = new Date();

let embedded: TestDatabase;
let app: Database;
let owner: NeonQueryFunction<false, false>;
const meter = recordingMeter();
const up = () =>
  migrateUp(embedded.url("postgres"), {
    webSocketProxy: embedded.webSocketProxy,
    appPassword: "app-password",
  });

beforeAll(async () => {
  embedded = await startTestDatabase();
  const options = { httpUrl: embedded.httpUrl, timeoutMs: 10_000, meter };
  app = connectDatabase({ url: embedded.url("headgate_app"), ...options });
  owner = neon(embedded.url("postgres"));
});
afterAll(() => embedded.remove());

/** Runs one statement for an organization and answers its rows. */
async function tenant(organizationId: string, statement: SQL) {
  return unwrap(await app.forOrg(organizationId, [statement]))[0] ?? [];
}

async function grant(organizationId: string, subjectRef: string, tier: string, version = 1): Promise<void> {
  const id = crypto.randomUUID();
  unwrap(
    await app.forOrg(organizationId, [
      sql`insert into consent_events (id, organization_id, subject_ref, tier, version, legal_basis, actor_key_id)
        values (${id}, ${organizationId}, ${subjectRef}, ${tier}, ${version}, 'consent', 'aaaaaaaa')`,
      sql`insert into consent_current (organization_id, subject_ref, tier, version, consent_event_id, legal_basis, key_seed)
        values (${organizationId}, ${subjectRef}, ${tier}, ${version}, ${id}, 'consent', ${new Uint8Array(32).fill(7)})
        on conflict (organization_id, subject_ref) do update set tier = excluded.tier, version = excluded.version`,
    ]),
  );
}

describe("migrations", () => {
  test("a database that is not there, or does not know the owner, is one clear sentence", async () => {
    const nobody = { webSocketProxy: `127.0.0.1:${await freePort()}/v2` };
    await expect(migrateUp(embedded.url("postgres"), nobody)).rejects.toThrow(
      "The migration failed: the database cannot be reached",
    );
    const wrong = embedded.url("postgres").replace("owner-password", "wrong");
    await expect(migrateUp(wrong, { webSocketProxy: embedded.webSocketProxy })).rejects.toThrow(
      'The migration failed: password authentication failed for user "postgres"',
    );
  });

  test("up, down and up again leave the same schema, and a failure on the way leaves nothing", async () => {
    const options = { webSocketProxy: embedded.webSocketProxy };
    const url = embedded.url("postgres");
    const first = await migrateUp(url, options);
    const before = await describeSchema(owner);
    const down = await migrateDown(url, 99, options);
    expect(down.changed).toEqual([...first.changed].reverse());
    expect(await tables()).toEqual(["headgate_migrations"]);

    await owner`create function tier_rank(tier text) returns integer language sql as 'select 1'`;
    await expect(migrateUp(url, options)).rejects.toThrow(
      'Migration 0004_views failed at "CREATE FUNCTION tier_rank(tier text) RETURNS integer": function "tier_rank"',
    );
    expect(await tables()).toEqual(["headgate_migrations"]);

    await owner`drop function tier_rank(text)`;
    expect(await migrateUp(url, options)).toEqual(first);
    expect(await migrateUp(url, options)).toEqual({ changed: [] });
    expect(await describeSchema(owner)).toEqual(before);
  });
});

describe("a migrated database", () => {
  beforeAll(async () => {
    await up();
    for (const id of [ONE, TWO]) {
      await tenant(
        id,
        sql`insert into organizations (id, name, slug, cell) values (${id}, 'O', ${id}, 'local')`,
      );
      await tenant(
        id,
        sql`insert into api_keys (id, organization_id, key_id, digest, pepper_version, hint, environment, scopes, name)
        values (${id}, ${id}, ${id.slice(-8)}, '\\xabcd', 1, 'hg_…', 'test', '{act:invoke}', 'key')`,
      );
    }
  });

  test("a database that another version made is refused in one sentence", async () => {
    const [row] = await owner`update headgate_migrations set checksum = 'other' || checksum
      where name = '0001_tables' returning substr(checksum, 6) as checksum`;
    await expect(up()).rejects.toThrow("Migration 0001_tables was changed after it was applied");
    await owner`update headgate_migrations set checksum = ${row?.checksum} where name = '0001_tables'`;
  });

  test("every column of the Drizzle schema is in the database as it says, and no other", async () => {
    const columns = await owner`select table_name, column_name, is_nullable = 'NO' as required,
        format_type(a.atttypid, a.atttypmod) as type
      from information_schema.columns c
      join pg_attribute a on a.attrelid = c.table_name::regclass and a.attname = c.column_name
      where table_schema = 'public' and not exists (select from pg_inherits where inhrelid = c.table_name::regclass)`;
    const actual = new Map<string, Set<string>>();
    for (const row of columns) {
      const known = actual.get(row.table_name) ?? new Set();
      actual.set(row.table_name, known.add(`${row.column_name} ${row.type} ${row.required}`));
    }
    for (const table of Object.values(schema)) {
      if (!is(table, PgTable)) continue;
      const declared = getTableConfig(table).columns.map(
        (column) => `${column.name} ${column.getSQLType()} ${column.notNull}`,
      );
      expect(actual.get(getTableName(table)), getTableName(table)).toEqual(new Set(declared));
    }
  });

  test("every index, check, key and policy that the Drizzle schema names is in the database", async () => {
    const rows =
      await owner`select tablename || '.' || indexname as name from pg_indexes where schemaname = 'public'
      union all select conrelid::regclass || '.' || conname from pg_constraint where conrelid <> 0
      union all select tablename || '.' || policyname from pg_policies`;
    const actual = new Set(rows.map((row) => row.name));
    for (const table of Object.values(schema)) {
      if (!is(table, PgTable)) continue;
      const { indexes, checks, foreignKeys, policies } = getTableConfig(table);
      const names = [
        ...indexes.map((index) => index.config.name),
        ...[...checks, ...policies].map(({ name }) => name),
        ...foreignKeys.map((key) => key.getName()),
      ];
      expect(names.length).toBeGreaterThanOrEqual(2);
      for (const name of names) expect(actual, name).toContain(`${getTableName(table)}.${name}`);
    }
  });

  describe("row-level security", () => {
    test("the serving role is bound; the owner is refused", async () => {
      expect(await assertBoundRole(app)).toEqual({ ok: true, value: undefined });
      const asOwner = connectDatabase({ url: embedded.url("postgres"), timeoutMs: 5000, meter });
      expect(await assertBoundRole(asOwner)).toMatchObject({ ok: false, failure: { kind: "unbound" } });
    });

    test("every table of the schema has forced policies, and none shows another organization's rows", async () => {
      const tables = Object.values(schema).filter((table) => is(table, PgTable));
      expect(tables.length).toBe(20);
      for (const table of tables) {
        const name = getTableName(table);
        const [wall] = await owner`select relrowsecurity and relforcerowsecurity as forced from pg_class
        where oid = ${name}::regclass`;
        expect(wall, name).toEqual({ forced: true });
      }
      expect(await tenant(ONE, sql`select id from organizations`)).toEqual([{ id: ONE }]);
      expect(await tenant(ONE, sql`select organization_id from api_keys`)).toEqual([
        { organization_id: ONE },
      ]);
      expect(unwrap(await app.platform(sql`select id from organizations`))).toEqual([]);
    });

    test("a row for another organization is refused, and one cannot be moved there", async () => {
      const foreign = sql`insert into safety_incidents (id, organization_id, at, rule_ids, model, robot_type)
      values (gen_random_uuid(), ${TWO}, now(), '{}', 'm', 'r')`;
      expect(await app.forOrg(ONE, [foreign])).toMatchObject({
        failure: { kind: "refused", sqlState: "42501" },
      });
      const move = sql`update api_keys set organization_id = ${TWO}`;
      expect(await app.forOrg(ONE, [move])).toMatchObject({
        failure: { kind: "refused", sqlState: "42501" },
      });
    });

    test("partitions and the data behind the views cannot be reached around the walls", async () => {
      const [partition] = await owner`select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'inferences'::regclass limit 1`;
      for (const name of [partition?.name, "customer_usage_daily_data", "counted_inferences"]) {
        const answer = await app.forOrg(ONE, [sql`select 1 from ${sql.identifier(name)}`]);
        expect(answer, name).toMatchObject({ failure: { kind: "refused", sqlState: "42501" } });
      }
    });
  });

  describe("admission_facts", () => {
    const ask = async (key: string, subject: string) =>
      unwrap(await app.platform(sql`select * from admission_facts(${key}, ${subject})`));

    test("an unknown key has no row; an unknown subject has tier none", async () => {
      expect(await ask("nosuchky", "")).toEqual([]);
      const [facts] = await ask(ONE.slice(-8), "digest-of-ann");
      expect(facts).toMatchObject({
        organization_id: ONE,
        key_uuid: ONE,
        digest: "abcd",
        scopes: ["act:invoke"],
        revoked: false,
        expires_at_ms: null,
        quota_per_month: null,
        used_this_month: "0",
        tier: "none",
        consent_version: "0",
        consent_event_id: null,
        key_seed: null,
      });
      const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${ONE}:digest-of-ann`));
      expect(facts?.subject_ref).toBe(Buffer.from(hash).toString("hex"));
    });

    test("limits and use are told of the key and its organization apart, and the tier is the subject's", async () => {
      await grant(ONE, "", "research");
      await tenant(ONE, sql`update organizations set quota_per_month = 500, rate_per_second = 9`);
      await tenant(ONE, sql`update api_keys set rate_per_second = 3, max_tier = 'basic'`);
      await tenant(
        ONE,
        sql`insert into billing_daily values (${ONE}, (now() at time zone 'UTC')::date, 'act', 'm', 4, 4),
        (${ONE}, '2001-01-01', 'act', 'm', 7, 7)`,
      );
      await tenant(
        ONE,
        sql`insert into key_usage_monthly
        values (${ONE}, ${ONE}, date_trunc('month', now() at time zone 'UTC')::date, 3), (${ONE}, ${ONE}, '2001-01-01', 9)`,
      );
      const [facts] = await ask(ONE.slice(-8), "");
      expect(facts).toMatchObject({
        rate_per_second: 3,
        quota_per_month: null,
        max_tier: "basic",
        key_used_this_month: "3",
        organization_rate_per_second: 9,
        organization_quota_per_month: "500",
        organization_concurrency: null,
        used_this_month: "4",
        subject_ref: "",
        tier: "research",
        consent_version: "1",
        key_seed: "07".repeat(32),
      });
    });

    test("a key of a deleted organization is revoked", async () => {
      await tenant(TWO, sql`update organizations set deleted_at = now()`);
      expect((await ask(TWO.slice(-8), ""))[0]).toMatchObject({ revoked: true });
      expect(unwrap(await app.platform(sql`select active_organizations() as id`))).toEqual([{ id: ONE }]);
      await tenant(TWO, sql`update organizations set deleted_at = null`);
    });
  });

  describe("ledgers", () => {
    test("consent events cannot be changed, nor a version written twice", async () => {
      await grant(ONE, "ledger", "basic");
      await expect(grant(ONE, "ledger", "research")).rejects.toThrow("consent_events_version");
      await expect(owner`update consent_events set tier = 'research'`).rejects.toMatchObject({
        code: "42501",
      });
      await expect(owner`delete from consent_events`).rejects.toMatchObject({ code: "42501" });
    });

    test("audit entries are numbered per organization, and cannot be changed", async () => {
      for (const id of [ONE, TWO, ONE])
        await tenant(id, sql`select append_audit('key', 'act', 'target', '{}')`);
      expect(await tenant(ONE, sql`select seq from audit_log order by seq`)).toEqual([
        { seq: "1" },
        { seq: "2" },
      ]);
      expect(await tenant(TWO, sql`select seq from audit_heads`)).toEqual([{ seq: "1" }]);
      await expect(owner`update audit_log set action = 'x'`).rejects.toMatchObject({ code: "42501" });
      await expect(owner`delete from audit_log`).rejects.toMatchObject({ code: "42501" });
    });
  });

  describe("partitions", () => {
    test("a record of any age finds its partition once that was asked for, and expires with it", async () => {
      const old = {
        id: crypto.randomUUID(),
        createdAt: new Date("2020-02-03T23:59:59Z"),
        organizationId: ONE,
      };
      const row = insertInference({ ...old, consentEventId: EVENT });
      expect(await app.forOrg(ONE, [row])).toMatchObject({
        failure: { kind: "constraint", sqlState: "23514" },
      });
      const ensure = sql`select ensure_partitions_at(${old.createdAt.toISOString()}) as created`;
      expect(unwrap(await app.platform(ensure))).toEqual([{ created: 2 }]);
      expect(unwrap(await app.platform(ensure))).toEqual([{ created: 0 }]);
      await tenant(ONE, row);
      const dropped = unwrap(await app.platform(sql`select drop_expired_partitions(24, 90) as name`));
      expect(dropped).toEqual([{ name: "inferences_y2020m02" }, { name: "inference_bodies_y2020m02d03" }]);
      expect(await tenant(ONE, sql`select id from inferences`)).toEqual([]);
    });

    test("the coming months and days are there, and retention of nothing is refused", async () => {
      expect(unwrap(await app.platform(sql`select ensure_partitions(2, 7) as created`))).toEqual([
        { created: 0 },
      ]);
      const more = unwrap(await app.platform(sql`select ensure_partitions(3, 9) as created`));
      expect(more).toEqual([{ created: 3 }]);
      const nothing = await app.platform(sql`select drop_expired_partitions(0, 90)`);
      expect(nothing).toMatchObject({ failure: { kind: "refused", sqlState: "22023" } });
    });
  });

  describe("aggregates", () => {
    test("basic counts without values, a withdrawn subject is absent, and nobody sees another organization", async () => {
      const record = (
        subjectRef: string | null,
        tier: "basic" | "analytics" | "research",
        score: number | null,
      ) =>
        tenant(
          ONE,
          insertInference({
            id: crypto.randomUUID(),
            organizationId: ONE,
            createdAt: NOW,
            subjectRef,
            tier,
            consentEventId: EVENT,
            safetyScore: score,
          }),
        );
      await grant(ONE, "ann", "basic");
      await grant(ONE, "bea", "research");
      await grant(ONE, "cyd", "research");
      await record("ann", "basic", null);
      await record("bea", "research", 0.5);
      await record("cyd", "research", 0.9);
      await record("dot", "research", 0.9);
      await grant(ONE, "cyd", "none", 2);
      unwrap(await app.platform(sql`select refresh_views()`));
      const read = sql`select exchanges, valued_exchanges, safety_score_mean from robot_performance`;
      expect(await tenant(ONE, read)).toEqual([
        { exchanges: "2", valued_exchanges: "1", safety_score_mean: 0.5 },
      ]);
      expect(await tenant(TWO, read)).toEqual([]);
      const daily = sql`select exchanges, infer_ms_mean from customer_usage_daily`;
      expect(await tenant(ONE, daily)).toEqual([{ exchanges: "2", infer_ms_mean: 12.25 }]);
    });

    test("what a tier does not keep is refused by the tables themselves", async () => {
      const row = { id: crypto.randomUUID(), organizationId: ONE, createdAt: NOW, consentEventId: EVENT };
      const scored = insertInference({ ...row, tier: "basic", safetyScore: 0.4 });
      expect(await app.forOrg(ONE, [scored])).toMatchObject({
        failure: { kind: "constraint", constraint: "inferences_score_tier" },
      });
    });
  });

  describe("vectors", () => {
    test("an organization that owns few of them still finds its nearest, with either index", async () => {
      const vector = (seed: number) =>
        JSON.stringify(Array.from({ length: 384 }, (_, i) => Math.sin(seed * (i + 1))));
      const store = (organizationId: string, seeds: readonly number[]) =>
        tenant(
          organizationId,
          sql`insert into embeddings_text (organization_id, text_hash, embedding, model)
          select ${organizationId}::uuid, hash, embedding::text::vector, 'lexical-384'
          from jsonb_to_recordset(${JSON.stringify(seeds.map((seed) => ({ hash: `${seed}`, embedding: JSON.parse(vector(seed)) })))}::jsonb)
            r(hash text, embedding jsonb)`,
        );
      await store(
        TWO,
        Array.from({ length: 150 }, (_, i) => 1 + i / 10_000),
      );
      await store(ONE, [1.5, 2.5, 3.5]);
      for (const kind of ["ivfflat", "hnsw"]) {
        await owner`select use_vector_index(${kind})`;
        const rows = unwrap(
          await app.forOrg(ONE, [
            sql`select set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)`,
            sql`select text_hash from embeddings_text order by embedding <=> ${vector(1)}::vector limit 3`,
          ]),
        );
        expect(rows[1]?.map((row) => row.text_hash).sort(), kind).toEqual(["1.5", "2.5", "3.5"]);
      }
    });
  });
});

async function tables(): Promise<string[]> {
  const rows = await owner`select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')`;
  return rows.map((row) => row.relname);
}
