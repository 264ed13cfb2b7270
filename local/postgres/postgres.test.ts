import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDatabaseProcess, startTestDatabase, type TestDatabase } from "./testDatabase.ts";

const IDLE_IN_TRANSACTION_MS = 1500;
/** The driver has one for all databases of a process, and other tests share the process. */
const endpointBefore = neonConfig.fetchEndpoint;
let database: TestDatabase;

beforeAll(async () => {
  // What a start leaves that is killed while it creates the database.
  const dataDir = join(mkdtempSync(join(tmpdir(), "headgate-postgres-")), "data");
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, "PG_VERSION"), "18\n");
  database = await startTestDatabase(dataDir, {
    HEADGATE_PG_IDLE_IN_TRANSACTION_MS: String(IDLE_IN_TRANSACTION_MS),
  });
  neonConfig.fetchEndpoint = (_host, port) => `http://127.0.0.1:${port}/sql`;
  const sql = neon(database.url("postgres"));
  await sql`create table notes (id int primary key, owner text not null default current_user, text text)`;
  await sql`create role headgate_app login`;
  await sql`grant select, insert on notes to headgate_app`;
  await sql`alter table notes enable row level security`;
  await sql`create policy own on notes to headgate_app using (owner = current_user) with check (owner = current_user)`;
});
afterAll(async () => {
  neonConfig.fetchEndpoint = endpointBefore;
  await database.remove();
});

async function connectSocket(role: "postgres" | "headgate_app", url = database.url(role)): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  client.neonConfig.pipelineConnect = false;
  client.neonConfig.useSecureWebSocket = false;
  client.neonConfig.wsProxy = () => database.webSocketProxy;
  await client.connect();
  return client;
}

const asOwner = () => neon(database.url("postgres"));
const asApp = () => neon(database.url("headgate_app"));

describe("over HTTP", () => {
  test("the driver reads back every kind of value that it wrote", async () => {
    const [row] = await asOwner()`select ${1}::int as number, ${"ü, 'quoted'"}::text as words,
      ${["a,b", 'c"d', null]}::text[] as list, ${JSON.stringify({ a: [1] })}::jsonb as document,
      ${new Uint8Array([0, 255])}::bytea as bytes, ${null}::text as nothing, ${true}::bool as truth`;
    expect(row).toMatchObject({
      number: 1,
      words: "ü, 'quoted'",
      list: ["a,b", 'c"d', null],
      document: { a: [1] },
      bytes: Buffer.from([0, 255]),
      nothing: null,
      truth: true,
    });
  });

  test("row-level security binds a role that is not the owner, whoever asked before", async () => {
    await asOwner()`insert into notes values (1, 'postgres', 'secret')`;
    await asApp()`insert into notes (id, text) values (2, 'mine')`;
    expect(await asApp()`select id, current_user::text as who from notes`).toEqual([
      { id: 2, who: "headgate_app" },
    ]);
    expect(await asOwner()`select id from notes order by id`).toEqual([{ id: 1 }, { id: 2 }]);
    await expect(asApp()`insert into notes values (3, 'postgres', 'forged')`).rejects.toMatchObject({
      code: "42501",
    });
  });

  test("a batch whose last statement fails leaves nothing of the others, and the session usable", async () => {
    const sql = asOwner();
    const failing = sql.transaction([sql`insert into notes values (10)`, sql`insert into notes values (10)`]);
    await expect(failing).rejects.toMatchObject({ code: "23505", constraint: "notes_pkey" });
    expect(await sql`select id from notes where id = 10`).toEqual([]);
  });

  test("a wrong password and an unknown user get the driver's own authentication error", async () => {
    for (const user of ["postgres:wrong", "nobody:owner-password", "toString:x"]) {
      const sql = neon(`postgresql://${user}@localhost:${database.port}/headgate`);
      await expect(sql`select 1`).rejects.toMatchObject({ name: "NeonDbError", code: "28P01" });
    }
  });

  test("the endpoint counts what it was asked", async () => {
    const read = async () => (await fetch(`http://127.0.0.1:${database.port}/stats`)).json();
    const before = await read();
    await asOwner().transaction([asOwner()`select 1`, asOwner()`select 2`]);
    expect(await read()).toEqual({ calls: before.calls + 1, queries: before.queries + 2 });
  });
});

describe("over WebSocket", () => {
  test("a transaction shows nothing before its commit, and everything after", async () => {
    const client = await connectSocket("headgate_app");
    await client.query("begin");
    await client.query("insert into notes (id) values ($1)", [20]);
    const seen = asOwner()`select id from notes where id = 20`;
    await client.query("commit");
    expect(await seen).toEqual([{ id: 20 }]);
    await client.end();
  });

  test("what a dead socket left open is rolled back, and others go on", async () => {
    const client = await connectSocket("postgres");
    await client.query("begin");
    await client.query("insert into notes (id) values (30)");
    await client.end();
    expect(await asOwner()`select id from notes where id = 30`).toEqual([]);
  });

  test("a transaction that is left open is cut, so that nobody waits for it for long", async () => {
    const client = await connectSocket("postgres");
    await client.query("begin");
    await client.query("insert into notes (id) values (31)");
    expect(await asOwner()`select id from notes where id = 31`).toEqual([]);
  });

  test("settings and prepared statements of a client do not outlive it", async () => {
    const query = { name: "same name", text: "select current_setting('app.organization', true) as set" };
    const first = await connectSocket("postgres");
    await first.query("set app.organization = 'left behind'");
    await first.query(query);
    await first.end();
    const second = await connectSocket("postgres");
    const { rows } = await second.query(query);
    expect(rows[0]?.set ?? "").toBe("");
    await second.end();
  });

  test("a wrong password is refused before any statement", async () => {
    const url = database.url("postgres").replace("owner-password", "wrong");
    await expect(connectSocket("postgres", url)).rejects.toMatchObject({ code: "28P01" });
  });
});

describe("the process", () => {
  test("says in one sentence that its data folder or its port is taken, and exits 1", async () => {
    const { dataDir, port, child } = database;
    const settings = { HEADGATE_PG_PORT: "0", HEADGATE_PG_DATA_DIR: dataDir };
    const locked = await startDatabaseProcess(settings).ready;
    expect(locked).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${child.pid}`) });
    const busy = await startDatabaseProcess({ ...settings, HEADGATE_PG_PORT: String(port) }).ready;
    expect(busy).toMatchObject({ code: 1, stderr: expect.stringContaining(`Port ${port} is in use`) });
    for (const outcome of [locked, busy])
      expect("stderr" in outcome && outcome.stderr.trim().split("\n")).toHaveLength(1);
  });

  test("killed between acknowledged rows it loses none, and its folder opens again", async () => {
    await asOwner()`create table survivors (id int primary key)`;
    let acknowledged = 0;
    const writing = (async () => {
      for (let id = 1; ; id++) {
        await asOwner()`insert into survivors values (${id})`;
        acknowledged = id;
        if (id === 50) void database.stop("SIGKILL");
      }
    })();
    await expect(writing).rejects.toThrow();
    const { dataDir } = database;
    database = await startTestDatabase(dataDir);
    const [row] = await asOwner()`select count(*)::int as rows, max(id) as last from survivors`;
    expect(row?.rows).toBe(row?.last);
    expect(row?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThanOrEqual(50);
  });

  test("a folder in which it died while it created the database is set aside, and made anew", () => {
    expect(existsSync(`${database.dataDir}.unfinished/PG_VERSION`)).toBe(true);
    expect(existsSync(`${database.dataDir}/global/pg_control`)).toBe(true);
  });

  test("ends when its parent is gone", async () => {
    const exited = new Promise((resolve) => database.child.once("exit", resolve));
    database.child.disconnect();
    expect(await exited).toBe(0);
  });
});
