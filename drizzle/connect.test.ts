import { createServer, type Server, type ServerResponse } from "node:http";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectDatabase } from "./connect.ts";
import { recordingMeter } from "./testKit.ts";

let server: Server;
let answer: (response: ServerResponse) => void;
let address: string;

beforeAll(async () => {
  server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const listening = server.address();
  address = `127.0.0.1:${listening !== null && typeof listening === "object" ? listening.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function connect(timeoutMs = 5000, httpUrl = `http://${address}/sql`) {
  const meter = recordingMeter();
  const database = connectDatabase({ url: `postgresql://app:pw@${address}/db`, httpUrl, timeoutMs, meter });
  return { database, meter };
}

const refuseWith = (body: object) => (response: ServerResponse) => {
  response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(body));
};

test("an endpoint that stalls is a timeout at the deadline, and is counted", async () => {
  answer = () => undefined;
  const { database, meter } = connect(50);
  expect(await database.platform(sql`select 1`)).toMatchObject({ failure: { kind: "timeout" } });
  expect(await database.forOrg("x", [sql`select 1`])).toMatchObject({ failure: { kind: "timeout" } });
  expect([...meter.counts]).toEqual([
    ["headgate_postgres_calls_total{platform,timeout}", 1],
    ["headgate_postgres_calls_total{tenant,timeout}", 1],
  ]);
});

test("an endpoint that is not there, breaks off or does not know us is unavailable, never an exception", async () => {
  const nobody = connect(5000, "http://127.0.0.1:9/sql").database;
  expect(await nobody.platform(sql`select 1`)).toMatchObject({ failure: { kind: "unavailable" } });
  const { database } = connect();
  answer = (response) => response.destroy();
  expect(await database.platform(sql`select 1`)).toMatchObject({ failure: { kind: "unavailable" } });
  answer = (response) => response.writeHead(500).end("oops");
  expect(await database.platform(sql`select 1`)).toMatchObject({ failure: { kind: "unavailable" } });
  answer = refuseWith({ message: "password authentication failed", code: null });
  expect(await database.platform(sql`select 1`)).toMatchObject({ failure: { kind: "unavailable" } });
});

test.each([
  ["23505", "constraint"],
  ["23503", "constraint"],
  ["22P02", "refused"],
  ["42501", "refused"],
  ["57014", "timeout"],
  ["28P01", "unavailable"],
  ["40001", "unavailable"],
  ["53300", "unavailable"],
  ["57P01", "unavailable"],
])("SQLSTATE %s is %s", async (code, kind) => {
  answer = refuseWith({ message: "m", code, constraint: "rule" });
  expect(await connect().database.platform(sql`select 1`)).toMatchObject({ failure: { kind } });
});

test("a failure never repeats the values of a statement", async () => {
  for (const code of ["22P02", "23505", "40001"]) {
    answer = refuseWith({ message: 'bad value "pick up Ann"', detail: "Key (text)=(pick up Ann)", code });
    expect(JSON.stringify(await connect().database.platform(sql`select 1`))).not.toContain("Ann");
  }
});
