import { once } from "node:events";
import { createServer } from "node:net";

/** Below the range from which the system takes the ports of outgoing connections: those could be in the way. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const MAX_ATTEMPTS = 100;

/** Whether somebody listens on that port of the host already. */
export async function isBusy(port: number, host = "127.0.0.1"): Promise<boolean> {
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

/** A port of 127.0.0.1 that nobody listens on at this moment, random so that stacks rarely meet. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (!(await isBusy(port))) return port;
  }
  throw new Error(`No port between ${FIRST_PORT} and ${LAST_PORT} is free.`);
}
