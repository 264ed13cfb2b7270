import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  "a holder that was killed and waits for its parent to notice holds nothing",
  async () => {
    const directory = join(root, "four");
    const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"]);
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
    while (stat()[2] !== "Z") await new Promise(setImmediate);
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    writeFileSync(`${directory}.lock`, JSON.stringify({ pid, birth: `${boot}:${stat()[21]}` }));
    expect(lockDataDir(directory).ok).toBe(true);
    parent.kill("SIGKILL");
  },
);

test.runIf(existsSync("/proc/self/stat"))(
  "a process id that was given to another process holds nothing",
  () => {
    const directory = join(root, "three");
    writeFileSync(`${directory}.lock`, JSON.stringify({ pid: process.pid, birth: "another boot:1" }));
    expect(lockDataDir(directory).ok).toBe(true);
  },
);
