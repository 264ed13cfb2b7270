import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockDataDir } from "./dataDirLock.ts";

const root = mkdtempSync(join(tmpdir(), "headgate-lock-"));
afterAll(() => rmSync(root, { recursive: true }));

test("a folder has one holder, until it is given back", () => {
  const directory = join(root, "one");
  const first = lockDataDir(directory);
  expect(first.ok).toBe(true);
  expect(lockDataDir(directory)).toEqual({ ok: false, failure: { heldByPid: process.pid } });
  if (first.ok) first.value.release();
  expect(lockDataDir(directory).ok).toBe(true);
});

test("the lock of a dead process is taken over, and leaves no litter", () => {
  const directory = join(root, "two");
  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(`${directory}.lock`, JSON.stringify({ pid, birth: "" }));
  expect(lockDataDir(directory).ok).toBe(true);
  expect(readdirSync(root).filter((name) => name.startsWith("two"))).toEqual(["two.lock"]);
});

test.runIf(existsSync("/proc/self/stat"))(
  "a process id that was given to another process holds nothing",
  () => {
    const directory = join(root, "three");
    writeFileSync(`${directory}.lock`, JSON.stringify({ pid: process.pid, birth: "another boot:1" }));
    expect(lockDataDir(directory).ok).toBe(true);
  },
);
