import { readFileSync } from "node:fs";

/** What the kernel counts processor time in, on every Linux that Node runs on (sysconf _SC_CLK_TCK). */
const TICK_MS = 10;

/** User and system time of a living process, from fields 14 and 15 of its stat, behind the command's name. */
function processCpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return TICK_MS * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}

/** Processor time that these processes have taken so far, in milliseconds; 0 where there is no /proc. */
export const cpuMsOf = (pids: readonly number[]): number =>
  pids.map(processCpuMs).reduce((sum, ms) => sum + ms, 0);
