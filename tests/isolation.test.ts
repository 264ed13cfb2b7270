import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { ROLES, type Scope } from "../functions/contracts/scopes.ts";
import { type Cell, foundNeighbor, openPatientCell } from "./support/cell.ts";
import { type Answer, ask, makeKey } from "./support/client.ts";
import { type ApiDocument, type Operation, readApi } from "./support/openApi.ts";
import { type BuiltRequest, buildRequest, ROUTE_EXAMPLES } from "./support/routeExamples.ts";
import { makeThings, type Things } from "./support/things.ts";

// Every route × every role × own things and another organization's, from one generated table: the routes and
// their scopes are the OpenAPI document's, the requests those of tests/support/routeExamples.ts.

/** The platform's key belongs to an organization of its own; it is a stranger to both. */
const PLATFORM: readonly Scope[] = [
  "platform:admin",
  "metrics:read",
  "keys:read",
  "keys:write",
  "audit:read",
];
/** What shows the whole cell, organizations by id: no role of an organization opens it, and the platform runs it. */
const CELL_WIDE = ["GET /metrics"];
const CALLERS: Readonly<Record<string, readonly Scope[]>> = { ...ROLES, platform: PLATFORM };

interface Organization {
  readonly id: string;
  readonly things: Things;
  /** A key by the name of its role. */
  readonly keys: Readonly<Record<string, string>>;
  readonly revokedKey: string;
}

let cell: Cell;
let api: ApiDocument;
let ours: Organization;
let theirs: Organization;

beforeAll(async () => {
  cell = await openPatientCell({ FRAME_PACK_MAX_AGE_MS: "100" });
  api = await readApi(cell.stack.url);
  ours = await foundCallers();
  theirs = await foundCallers();
});
afterAll(() => cell?.close());

/** An organization with things, and one key per role. */
async function foundCallers(): Promise<Organization> {
  const { url } = cell.stack;
  const { id, key, adminKey } = await foundNeighbor(cell);
  const made = async (changes: Readonly<Record<string, unknown>>) =>
    await makeKey({ url, adminKey }, { roles: [], ...changes });
  const keys: Record<string, string> = { platform: cell.stack.platformKey };
  for (const [role, scopes] of Object.entries(ROLES)) keys[role] = (await made({ scopes })).key;
  const revoked = await made({ roles: ["admin"] });
  const end = await ask(`${url}/v1/keys/${revoked.id}`, { key: adminKey, method: "DELETE" });
  expect(end.status).toBe(200);
  return { id, keys, revokedKey: revoked.key, things: await makeThings({ url, key, adminKey }) };
}

const send = ({ method, target, body }: BuiltRequest, key?: string): Promise<Answer> =>
  ask(cell.stack.url + target, { method, body, ...(key === undefined ? {} : { key }) });

/** Status and code, in whatever shape the route tells of errors. */
const said = ({ status, headers }: Answer): string =>
  `${status} ${headers.get("headgate-code") ?? ""}`.trim();

/** What a role without the scope is answered, else what the route does. */
const allowed = (scopes: readonly Scope[], scope: Scope | null, status: number): string | number =>
  scope === null || scopes.includes(scope) ? status : "403 missing_scope";

/** Compares what callers were told with what they should be, a line for each that differs. */
function differences(rows: readonly { name: string; expected: string | number; answer: Answer }[]): string[] {
  return rows
    .filter(
      ({ expected, answer }) => (typeof expected === "number" ? answer.status : said(answer)) !== expected,
    )
    .map(
      ({ name, expected, answer }) =>
        `${name}: ${said(answer)}, not ${expected}; ${answer.text.slice(0, 300)}`,
    );
}

const statusOf = ({ name }: Operation): number => ROUTE_EXAMPLES[name]?.status ?? 0;
const strangersStatusOf = ({ name }: Operation): number => ROUTE_EXAMPLES[name]?.stranger ?? 404;

const scoped = () => api.operations.filter(({ scope }) => scope !== null);

test("every route has an example, and every example a route", () => {
  expect(Object.keys(ROUTE_EXAMPLES).toSorted()).toEqual(api.operations.map(({ name }) => name).toSorted());
});

test("nobody gets in without a key, or with one that was revoked", async () => {
  const rows: Parameters<typeof differences>[0][number][] = [];
  for (const operation of scoped()) {
    const request = await buildRequest(operation, theirs.things);
    rows.push({
      name: `${operation.name} (no key)`,
      expected: "401 missing_key",
      answer: await send(request),
    });
    const answer = await send(request, theirs.revokedKey);
    rows.push({ name: `${operation.name} (revoked)`, expected: "401 revoked_key", answer });
  }
  expect(differences(rows)).toEqual([]);
});

const fingerprintSchema = z.object({ name: z.string(), column: z.string() });

/**
 * All rows of an organization, table by table, as one digest each. Figures of use are left out: they arrive
 * with a delay, and say nothing of what another organization did.
 */
async function fingerprint(organization: string): Promise<Record<string, unknown>> {
  const tables = await cell.asOwner(sql`select relname as name,
      case relname when 'organizations' then 'id' else 'organization_id' end as column from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname not in ('headgate_migrations', 'billing_daily', 'key_usage_monthly') order by relname`);
  const digest = async ({ name, column }: z.infer<typeof fingerprintSchema>) => {
    const [row] = await cell.asOwner(sql`select count(*)::int as rows,
        md5(string_agg((to_jsonb(t) - 'last_used_at' - 'anchored_seq')::text, '' order by to_jsonb(t)::text)) as digest
      from ${sql.identifier(name)} t where ${sql.identifier(column)} = ${organization}::uuid`);
    return [name, row] as const;
  };
  return Object.fromEntries(await Promise.all(tables.map((row) => digest(fingerprintSchema.parse(row)))));
}

/** Resolves when nothing of an organization is on its way to a table any more. */
async function untilQuiet(organization: string): Promise<Record<string, unknown>> {
  let before = {};
  await expect
    .poll(
      async () => {
        const now = await fingerprint(organization);
        const quiet = JSON.stringify(now) === JSON.stringify(before);
        before = now;
        return quiet;
      },
      { timeout: 20_000, interval: 600 },
    )
    .toBe(true);
  return before;
}

test("another organization's key of any role reads and writes nothing of ours, and hears nothing of it", async () => {
  const { subject } = ours.things;
  // A person of theirs may have the name that one of ours has.
  const consent = { method: "PUT", target: `/v1/consent/${subject}`, body: { tier: "basic" } };
  expect((await send(consent, theirs.keys.privacy)).status).toBe(200);
  const plan: { operation: Operation; request: BuiltRequest }[] = [];
  for (const operation of scoped()) {
    // Their words about our things.
    const request = await buildRequest(operation, { ...ours.things, unique: theirs.things.unique });
    plan.push({ operation, request });
  }
  const before = await untilQuiet(ours.id);
  const rows: Parameters<typeof differences>[0][number][] = [];
  const leaks: string[] = [];
  const secrets = [ours.id, ...Object.values(ours.keys), ...ours.things.secrets()];
  for (const [role, key] of Object.entries(theirs.keys)) {
    for (const { operation, request } of plan) {
      const answer = await send(request, key);
      const name = `${operation.name} (${role})`;
      const sent = request.target + JSON.stringify(request.body ?? "");
      const bare = (secret: string) => secret.replace(/^[a-z]+_/, "");
      const heard = secrets.filter((secret) => answer.text.includes(bare(secret)) && !sent.includes(secret));
      const mayHear = role === "platform" && CELL_WIDE.includes(operation.name);
      if (!mayHear) leaks.push(...heard.map((secret) => `${name} told ${secret}`));
      const status = strangersStatusOf(operation);
      rows.push({ name, expected: allowed(CALLERS[role] ?? [], operation.scope, status), answer });
    }
  }
  expect(differences(rows)).toEqual([]);
  expect(leaks).toEqual([]);
  await untilQuiet(theirs.id);
  expect(await fingerprint(ours.id)).toEqual(before);
});

test("a role may do exactly what its scopes name, with its own organization's things", async () => {
  const rows: Parameters<typeof differences>[0][number][] = [];
  for (const operation of api.operations) {
    for (const [role, key] of Object.entries(ours.keys)) {
      const owned = role !== "platform" || operation.scope === null;
      const status = owned ? statusOf(operation) : strangersStatusOf(operation);
      const answer = await send(await buildRequest(operation, ours.things), key);
      const expected = allowed(CALLERS[role] ?? [], operation.scope, status);
      rows.push({ name: `${operation.name} (${role})`, expected, answer });
    }
  }
  expect(rows.length).toBeGreaterThan(100);
  expect(differences(rows)).toEqual([]);
});

/** Routes that take data, or only read, with another method than GET: their traces are the records themselves. */
const DATA_ROUTES = [
  "POST /v1/act",
  "POST /act",
  "POST /v1/embeddings",
  "POST /v2/models/{model}/infer",
  "POST /v2/models/{model}/versions/{version}/infer",
  "POST /v1/search",
  "POST /v1/feedback",
  "PATCH /v1/feedback/{id}",
  "DELETE /v1/feedback/{id}",
];

test("every administrative act leaves an entry in the audit log", async () => {
  const admin = ours.keys.admin ?? "";
  const acts = api.operations.filter(({ name, method }) => method !== "GET" && !DATA_ROUTES.includes(name));
  const entries = async () =>
    Number((await cell.asOwner(sql`select count(*)::int as n from audit_log`))[0]?.n);
  const unseen: string[] = [];
  for (const operation of acts) {
    const key = operation.scope === "platform:admin" ? (ours.keys.platform ?? "") : admin;
    const request = await buildRequest(operation, ours.things);
    const before = await entries();
    const answer = await send(request, key);
    if (answer.status > 299 || (await entries()) === before)
      unseen.push(`${operation.name} (${said(answer)})`);
  }
  expect(acts.length).toBeGreaterThanOrEqual(7);
  expect(unseen).toEqual([]);
});
