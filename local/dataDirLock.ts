import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { done, failed, type Outcome } from "../functions/contracts/outcome.ts";

const holderSchema = z.object({ pid: z.number().int().positive(), birth: z.string() });
type Holder = z.infer<typeof holderSchema>;

export interface DataDirLock {
  /** Gives the folder back; called twice it does nothing more. */
  release(): void;
}

/**
 * Takes a data folder for this process alone, by a file `<directory>.lock` that names its holder. PGlite
 * itself locks nothing: two processes that open one folder destroy it. A lock whose holder is dead, killed
 * or lost in a reboot, is taken over. Fails with the process id of a holder that lives.
 */
export function lockDataDir(directory: string): Outcome<DataDirLock, { readonly heldByPid: number }> {
  const path = `${directory}.lock`;
  const mine = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(mine, JSON.stringify({ pid: process.pid, birth: birthOf(process.pid) }));
  try {
    // A hard link appears with its content or not at all, so nobody ever reads half a lock.
    while (!linked(mine, path)) {
      const holder = readHolder(path);
      if (holder !== null && isAlive(holder)) return failed({ heldByPid: holder.pid });
      setAside(path);
    }
  } finally {
    unlinkSync(mine);
  }
  return done({ release: () => releaseOwn(path) });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(path: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

/** Removes a stale lock. Where another process was faster and its live lock was moved, it is put back. */
function setAside(path: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const holder = readHolder(aside);
  if (holder !== null && isAlive(holder)) linked(aside, path);
  unlinkSync(aside);
}

function releaseOwn(path: string): void {
  if (readHolder(path)?.pid === process.pid) unlinkSync(path);
}

/** Process ids are used again, in containers at every start: the same id counts only with the same birth. */
function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return holder.birth === birthOf(holder.pid);
}

/**
 * Boot and start tick of a process where the system tells (Linux), else ''. One that has ended and waits for
 * its parent to notice still has its id, and counts as dead.
 */
function birthOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted behind the command name, which may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "ended" : `${boot}:${fields[19]}`;
  } catch {
    return "";
  }
}
