import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findServer, type WhereToLook } from "./findServer.ts";

const root = mkdtempSync(join(tmpdir(), "headgate-cli-"));
const deep = join(root, "a", "b");
mkdirSync(deep, { recursive: true });
afterAll(() => rmSync(root, { recursive: true }));

const DEV = { url: "http://127.0.0.1:8787", key: "demo", admin_key: "admin", platform_key: "platform" };

function writeDevFile(folder: string, content: unknown): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "dev.json"), JSON.stringify(content));
}
writeDevFile(join(root, ".headgate"), DEV);

const find = (changes: Partial<WhereToLook> = {}) =>
  findServer({ flags: {}, environment: {}, cwd: deep, keyOf: "organization", ...changes });

describe("a command finds its server", () => {
  test("by flags before the environment, and by that before dev.json", () => {
    const environment = { HEADGATE_URL: "https://env.example", HEADGATE_KEY: "env" };
    const flags = { url: "https://flag.example", key: "flag" };
    expect(find({ flags, environment })).toEqual({ ok: true, value: flags });
    expect(find({ environment })).toEqual({ ok: true, value: { url: "https://env.example", key: "env" } });
    expect(find()).toEqual({ ok: true, value: { url: DEV.url, key: "admin" } });
  });

  test("in the nearest folder above that has one, or in HEADGATE_DATA_DIR", () => {
    const near = { ...DEV, url: "http://127.0.0.1:1", admin_key: "near" };
    writeDevFile(join(root, "a", ".headgate"), near);
    expect(find()).toMatchObject({ value: { key: "near" } });
    expect(find({ cwd: root })).toMatchObject({ value: { key: "admin" } });
    expect(find({ environment: { HEADGATE_DATA_DIR: join(root, ".headgate") } })).toMatchObject({
      value: { key: "admin" },
    });
    rmSync(join(root, "a", ".headgate"), { recursive: true });
  });

  test("with the platform's key where it founds organizations, and with none where what it asks is public", () => {
    expect(find({ keyOf: "platform" })).toMatchObject({ value: { key: "platform" } });
    expect(find({ keyOf: "nobody" })).toMatchObject({ value: { key: null } });
  });

  test("and never sends a key of dev.json to another address", () => {
    const elsewhere = find({ flags: { url: "https://elsewhere.example" } });
    expect(elsewhere).toMatchObject({ ok: false, failure: { kind: "usage" } });
    // Another way to write the same address is the same server.
    expect(find({ flags: { url: `${DEV.url}/` } })).toMatchObject({ value: { key: "admin" } });
  });

  test("or says in one sentence what is missing", () => {
    const nowhere = { HEADGATE_DATA_DIR: join(root, "nowhere") };
    expect(find({ environment: nowhere })).toMatchObject({ failure: { kind: "usage" } });
    expect(find({ flags: { url: "ftp://host", key: "k" } })).toMatchObject({ failure: { kind: "usage" } });
    expect(find({ flags: { url: DEV.url, key: "a\nb" } })).toMatchObject({ failure: { kind: "usage" } });
  });
});
