import type { Progress } from "../../collapse/contracts/progress.ts";
import { shownCount } from "../../collapse/report/text/shownNumber.ts";

const SHOWN_EVERY_MS = 100;
const RATE_FROM_MS = 250;

/**
 * Says progress on a line of its own, ten times a second at most: the phase, its rows, rows per second and the seconds
 * that the phase's other rows will take, counted from its first word on.
 */
export function createProgressLine(
  say: (line: string) => void,
  nowMs: () => number,
): (progress: Progress) => void {
  let phase = "";
  let phaseFromMs = 0;
  let saidMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = nowMs();
    const isNew = progress.phase !== phase;
    if (isNew) [phase, phaseFromMs] = [progress.phase, now];
    if (!isNew && now - saidMs < SHOWN_EVERY_MS) return;
    saidMs = now;
    say(`${progress.phase}${rowsOf(progress, now - phaseFromMs)}`);
  };
}

function rowsOf({ rows, ofRows }: Progress, sinceMs: number): string {
  if (rows === undefined) return "";
  const of = ofRows === undefined ? "" : ` of ${shownCount(ofRows)}`;
  const counted = `: ${shownCount(rows)}${of} rows`;
  if (sinceMs < RATE_FROM_MS || rows === 0) return counted;
  const rowsPerSecond = (rows / sinceMs) * 1000;
  const left = ofRows === undefined ? "" : `, ${Math.ceil((ofRows - rows) / rowsPerSecond)} s left`;
  return `${counted}, ${shownCount(rowsPerSecond)} rows/s${left}`;
}
