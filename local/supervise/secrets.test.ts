import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openSecrets } from "./secrets.ts";
import { StartError } from "./startError.ts";

const dataDir = mkdtempSync(join(tmpdir(), "headgate-secrets-"));
const file = join(dataDir, "secrets.json");
afterAll(() => rmSync(dataDir, { recursive: true }));

const stored = (): unknown => JSON.parse(readFileSync(file, "utf8"));

test("secrets are made once, kept, and readable by their owner alone", () => {
  const made = openSecrets(dataDir);
  expect(new Set(Object.values(made)).size).toBe(Object.keys(made).length);
  expect(openSecrets(dataDir)).toEqual(made);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a file of an older version is completed once, and keeps every secret that it has", () => {
  const { signing_secret: _, ...older } = openSecrets(dataDir);
  writeFileSync(file, JSON.stringify(older));
  const completed = openSecrets(dataDir);
  expect(completed).toMatchObject(older);
  expect(completed.signing_secret).toMatch(/^[\w-]{43}$/);
  expect(stored()).toEqual(completed);
  expect(openSecrets(dataDir)).toEqual(completed);
});

test("a damaged file stops the start, and stays as it is", () => {
  const { pepper: _, ...damaged } = openSecrets(dataDir);
  for (const text of [JSON.stringify(damaged), JSON.stringify({ ...damaged, pepper: "short" }), "{"]) {
    writeFileSync(file, text);
    expect(() => openSecrets(dataDir)).toThrow(StartError);
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});
