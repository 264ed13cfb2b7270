import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { Part } from "../../local/supervise/part.ts";
import { killQuietly } from "../../local/supervise/processes.ts";
import { filesHolding } from "./traces.ts";

/** A part that a test may hurt; null in a stack that uses somebody else's server. */
type MaybePart = Part | null;

const existing = (part: MaybePart): Part => {
  if (part === null) throw new Error("This stack has no such part.");
  return part;
};

/** Stops all processes of a part where they are, lets `work` happen, and lets them go on. */
export async function whileStalled<Result>(maybe: MaybePart, work: () => Promise<Result>): Promise<Result> {
  const pids = existing(maybe).processes();
  for (const pid of pids) killQuietly(pid, "SIGSTOP");
  try {
    return await work();
  } finally {
    for (const pid of pids) killQuietly(pid, "SIGCONT");
  }
}

/** Kills a part, and again whenever its supervisor has brought it back, until `work` is done; then awaits it. */
export async function whileDead<Result>(maybe: MaybePart, work: () => Promise<Result>): Promise<Result> {
  const part = existing(maybe);
  const kill = () => {
    for (const pid of part.processes()) killQuietly(pid, "SIGKILL");
  };
  kill();
  const timer = setInterval(kill, 20);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await revived(part);
  }
}

/** Kills one process of a part with SIGKILL and resolves when the part serves again. */
export async function killAndRevive(maybe: MaybePart, process = 0): Promise<void> {
  const part = existing(maybe);
  const before = part.pid;
  const pid = part.processes()[process];
  if (pid === undefined) throw new Error(`${part.name} has no process ${process}.`);
  killQuietly(pid, "SIGKILL");
  await expect.poll(() => part.pid !== before, { timeout: 15_000, interval: 10 }).toBe(true);
  await revived(part);
}

async function revived(part: Part): Promise<void> {
  await expect.poll(() => part.pid !== null, { timeout: 15_000, interval: 20 }).toBe(true);
  await part.ready();
}

/** Holds the write lock of every outbox under an edge's folder while `work` happens: no append can end. */
export async function whileOutboxesLocked<Result>(
  folder: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const files = filesHolding(folder, ["SQLite format 3"])
    .map((found) => found.slice(0, found.lastIndexOf(": ")))
    .filter((path) => /[0-9a-f]{64}\.sqlite$/.test(path));
  expect(files).not.toEqual([]);
  const databases = files.map((path) => new DatabaseSync(path, { timeout: 2000 }));
  for (const database of databases) database.exec("begin immediate");
  try {
    return await work();
  } finally {
    for (const database of databases) database.exec("rollback");
    for (const database of databases) database.close();
  }
}
