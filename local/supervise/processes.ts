import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The variable that marks every process of a stack with its data folder; children of children inherit it. */
export const STACK_VARIABLE = "HEADGATE_STACK";

const GONE_TIMEOUT_MS = 5000;
const POLL_MS = 20;

/**
 * All living processes that carry the mark of this data folder, this one excepted. Read from /proc, so
 * empty where there is none (macOS).
 */
export function processesOfStack(dataDir: string): number[] {
  const mark = `${STACK_VARIABLE}=${dataDir}`;
  return listProcesses().filter((pid) => pid !== process.pid && environmentOf(pid).includes(mark));
}

/** All living processes of a group. */
export function processesOfGroup(group: number): number[] {
  return listProcesses().filter((pid) => groupOf(pid) === group);
}

/** Kills what an earlier run of this data folder left behind, and waits until it is gone. */
export async function endLeftovers(dataDir: string): Promise<number> {
  const leftovers = processesOfStack(dataDir);
  for (const pid of leftovers) killQuietly(pid, "SIGKILL");
  const deadlineMs = Date.now() + GONE_TIMEOUT_MS;
  while (processesOfStack(dataDir).length > 0 && Date.now() < deadlineMs) await sleep(POLL_MS);
  return leftovers.length;
}

/** Sends a signal; a process (or group, when negative) that is gone already is no error. */
export function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what was wanted.
  }
}

function listProcesses(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Empty for a process that has ended, or belongs to somebody else. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Process group (field 5 of stat, behind the command name); null for a process that has ended. */
function groupOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? null : Number(group);
  } catch {
    return null;
  }
}
