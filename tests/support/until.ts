import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 50;

/** Resolves when something holds; fails, saying what, when it does not in time. For soaks and set-ups too. */
export async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`Not within ${timeoutMs} ms: ${what}.`);
    await pause(POLL_MS);
  }
}
