import { execFile } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { freePort } from "../local/supervise/ports.ts";
import { type Cell, openCell } from "./support/cell.ts";
import { ask } from "./support/client.ts";

// `headgate` as a person runs it: the real program against a started cell, which it finds by dev.json.

const PROGRAM = fileURLToPath(new URL("../cli/headgate.ts", import.meta.url));
const HOLDS_WITHIN_MS = 3000;

let cell: Cell;
let organizationKey = "";
beforeAll(async () => {
  cell = await openCell();
});
afterAll(() => cell?.close());

interface End {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program with the cell's own dev.json at hand, and with `key` where one is given. */
function headgate(words: string, { key = "", input = "", url = "" } = {}): Promise<End> {
  const environment = { HEADGATE_DATA_DIR: cell.stack.dataDir, HEADGATE_KEY: key, HEADGATE_URL: url };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...words.split(" ")],
      { cwd: cell.stack.dataDir, env: { ...process.env, ...environment } },
      (error, out, err) => resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}

const asOrganization = (words: string) => headgate(words, { key: organizationKey });
const json = <Body>({ out }: End, schema: z.ZodType<Body>): Body => schema.parse(JSON.parse(out));
const models = async (key: string) => (await ask(`${cell.stack.url}/v1/models`, { key })).status;

const keysSchema = z.object({ data: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
const newKeySchema = z.looseObject({ id: z.string(), key: z.string() });

describe("keys", () => {
  test("a new organization's first key is all that standard output gets, so that it can be piped", async () => {
    const founded = await headgate("admin create-organization --name Acme --slug acme --quiet");
    expect(founded).toMatchObject({ code: 0, err: "" });
    organizationKey = founded.out.trim();
    expect(organizationKey).toMatch(/^hg_local_live_[0-9A-Za-z]{57}$/);
    expect(await models(organizationKey)).toBe(200);
  });

  test("a key is made, listed without its secret, rotated with an overlap, and revoked", async () => {
    const made = await asOrganization("keys create --name robot --role member");
    expect(made.code).toBe(0);
    const text = made.out.trim();
    expect(made.err).toContain("shown this once");
    expect(made.err).not.toContain(text);

    const listed = await asOrganization("keys list");
    expect(listed.out).toMatch(/^ID +NAME +ENVIRONMENT +STATE/);
    expect(listed.out).not.toContain(text);
    const { data } = json(await asOrganization("keys list --json"), keysSchema);
    const id = data.find(({ name }) => name === "robot")?.id ?? "";
    expect((await asOrganization(`keys show ${id}`)).out).toMatch(/^state +active$/m);

    const rotated = json(await asOrganization(`keys rotate ${id} --overlap 1h --json`), newKeySchema);
    expect([await models(text), await models(rotated.key)]).toEqual([200, 200]);

    expect(await asOrganization(`keys revoke ${rotated.id}`)).toMatchObject({ code: 0, out: "" });
    await expect.poll(() => models(rotated.key), { timeout: HOLDS_WITHIN_MS }).toBe(401);
  });
});

test("a limit that is set leaves the others, and is taken away again", async () => {
  await asOrganization("admin limits set --rate 100 --concurrency 5");
  const set = await asOrganization("admin limits set --rate default --json");
  expect(json(set, z.looseObject({}))).toMatchObject({ rate_per_second: null, concurrency: 5 });
});

describe("consent", () => {
  let receipt = "";

  test("what was set is what is read, and stands in the history", async () => {
    expect((await asOrganization("consent set alice --tier research")).code).toBe(0);
    expect((await asOrganization("consent get alice")).out).toMatch(/^tier +research$/m);
    expect((await asOrganization("consent history alice")).out).toMatch(/^1 +research/m);
  });

  test("a receipt is verified with public keys alone, and one that was changed is not", async () => {
    receipt = (await asOrganization("consent receipt alice")).out;
    const held = await headgate("consent verify-receipt -", { input: receipt });
    expect(held).toMatchObject({ code: 0, out: expect.stringMatching(/^tier +research$/m) });

    const [head, , signature] = receipt.trim().split(".");
    const forged = `${head}.${Buffer.from('{"tier":"none"}').toString("base64url")}.${signature}`;
    const refused = await headgate("consent verify-receipt -", { input: forged });
    expect(refused).toMatchObject({ code: 1, out: "", err: expect.stringContaining("does not hold") });
  });
});

describe("the audit log", () => {
  const verify = () => asOrganization("admin verify-audit --state head.json");

  test("is verified entry by entry, and its head is noted", async () => {
    const intact = await verify();
    expect(intact).toMatchObject({ code: 0, out: expect.stringMatching(/^intact +\d+ entries/) });
    const noted = z.object({ seq: z.number() }).parse(JSON.parse(noteOf("head.json")));
    expect(intact.out).toContain(String(noted.seq));
    expect((await asOrganization("admin audit --limit 3")).out).toContain("consent.");
  });

  test("that says something else than what was noted is broken, and the entry is named", async () => {
    const noted = noteOf("head.json");
    const { seq } = z.object({ seq: z.number() }).parse(JSON.parse(noted));
    writeFileSync(
      join(cell.stack.dataDir, "head.json"),
      JSON.stringify({ seq: seq + 5, hash: "0".repeat(64) }),
    );
    const cut = await verify();
    expect(cut).toMatchObject({ code: 1, out: "", err: expect.stringContaining(`entry ${seq + 1} is gone`) });
    // What was noted stays: the next run must find the same.
    expect(JSON.parse(noteOf("head.json"))).toMatchObject({ seq: seq + 5 });
  });

  test("of which a row was changed in the database is broken, and the entry is named", async () => {
    await cell.asOwner(sql`alter table audit_log disable trigger user`);
    await cell.asOwner(
      sql`update audit_log set actor = 'nobody' where seq = 2
        and organization_id = (select id from organizations where slug = 'acme')`,
    );
    const tampered = await asOrganization("admin verify-audit");
    expect(tampered).toMatchObject({ code: 1, err: expect.stringContaining("entry 2 says something else") });
  });

  const noteOf = (name: string) => readFileSync(join(cell.stack.dataDir, name), "utf8");
});

describe("what cannot be done", () => {
  test("is refused by the server with its fix, and exit code 1", async () => {
    const wrong = await headgate("keys list", { key: "hg_local_live_wrong" });
    expect(wrong).toMatchObject({ code: 1, out: "" });
    expect(wrong.err).toContain("The API key is not known (401)");
    expect(wrong.err).toContain("Fix: ");
    const body = json(await headgate("keys list --json", { key: "hg_local_live_wrong" }), z.looseObject({}));
    expect(body).toMatchObject({ code: "unknown_key", status: 401 });
  });

  test("is not understood: exit code 2, before anybody is asked", async () => {
    expect((await headgate("keys list --everything")).code).toBe(2);
    expect((await headgate("keys create --name lonely")).code).toBe(2);
  });

  test("is not answered: exit code 3", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const down = await headgate("keys list", { url, key: "hg_local_live_any" });
    expect(down).toMatchObject({ code: 3, out: "", err: expect.stringContaining("cannot be reached") });
  });
});

test("secrets are made in a file for its owner alone, and nothing of them is printed", async () => {
  const made = await headgate("secrets create --cell eu1 --out eu1.json");
  expect(made.code).toBe(0);
  const path = join(cell.stack.dataDir, "eu1.json");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const read = () => z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, "utf8")));
  const before = read();
  expect(Object.keys(before)).toContain("KEY_PEPPERS");

  expect(await headgate("secrets create --cell eu1 --out eu1.json")).toMatchObject({ code: 2, out: "" });
  const rotated = await headgate("secrets rotate-pepper eu1.json --json");
  expect(read().KEY_PEPPERS).toBe(`${read().KEY_PEPPERS?.split(",")[0]},${before.KEY_PEPPERS}`);
  expect(statSync(path).mode & 0o777).toBe(0o600);

  const printed = made.out + made.err + rotated.out + rotated.err;
  const texts = Object.values(read()).flatMap((value) =>
    value.split(/[:,]/).filter((text) => text.length > 20),
  );
  expect(texts).toHaveLength(6);
  for (const secret of texts) expect(printed).not.toContain(secret);
});
