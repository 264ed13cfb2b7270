import type { OpenPort } from "./openPort.ts";
import type { ProtocolServers } from "./protocolServers.ts";

/** How often connections of HTTP/1.1 are looked over for those that have become idle. */
const IDLE_SWEEP_MS = 20;

/**
 * Closes the ports and ends every connection: idle ones at once, others after their answers. At the timeout all are
 * cut off, also those that were ended and whose callers do not let go. Resolves when no connection is left.
 */
export const drainServers = async (
  { h1, h2, sessions }: ProtocolServers,
  ports: readonly OpenPort[],
  timeoutMs: number,
): Promise<void> => {
  const closed = Promise.all(ports.map((port) => port.close()));
  // Tells callers which of their calls are still answered; the others they may send elsewhere.
  for (const session of sessions) session.close();
  h2.on("session", (session) => session.close());
  const sweep = setInterval(() => h1.closeIdleConnections(), IDLE_SWEEP_MS);
  const timer = setTimeout(() => {
    for (const port of ports) port.cut();
  }, timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
  h1.close(() => {});
};
