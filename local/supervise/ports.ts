import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Below the range from which the system takes the ports of outgoing connections: those could be in the way. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const MAX_ATTEMPTS = 100;
/** A process that was killed gives up its memory, and with it all signs of life, before its ports. */
const GIVEN_UP_WITHIN_MS = 2000;
const POLL_MS = 50;

/** Whether somebody listens on that port of the host already. */
async function isBusy(port: number, host = "127.0.0.1"): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch {
    return true;
  }
  server.close();
  await once(server, "close");
  return false;
}

/** Whether somebody listens there and goes on doing so: who was killed just now does not count. */
export async function staysBusy(port: number, host?: string): Promise<boolean> {
  const deadlineMs = Date.now() + GIVEN_UP_WITHIN_MS;
  while (await isBusy(port, host)) {
    if (Date.now() >= deadlineMs) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** A port of 127.0.0.1 that nobody listens on at this moment, random so that stacks rarely meet. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (!(await isBusy(port))) return port;
  }
  throw new Error(`No port between ${FIRST_PORT} and ${LAST_PORT} is free.`);
}
