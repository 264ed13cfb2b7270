import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { WebSocket } from "ws";
import type { Stats } from "./backend.ts";
import { sslRequest, toBuffer } from "./wireMessages.ts";

export const CONNECT_TIMEOUT_MS = 5000;

/** Where a real PostgreSQL listens. With `tls` its certificate is verified; NODE_EXTRA_CA_CERTS adds roots. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Passes the wire protocol of a WebSocket on to a PostgreSQL, until one of the two closes. */
export async function bridgeToTcp(socket: WebSocket, address: PostgresAddress, stats: Stats): Promise<void> {
  socket.pause();
  socket.on("error", () => socket.terminate());
  let server: Socket;
  try {
    server = await openConnection(address);
  } catch {
    socket.close();
    return;
  }
  socket.on("message", (data) => {
    stats.calls += 1;
    server.write(toBuffer(data));
  });
  socket.on("close", () => server.end());
  server.on("data", (data) => socket.send(data));
  server.on("error", () => socket.close());
  server.on("close", () => socket.close());
  socket.resume();
}

async function openConnection({ host, port, tls }: PostgresAddress): Promise<Socket> {
  const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const plain = connect({ host, port, noDelay: true });
  try {
    await once(plain, "connect", { signal });
    if (!tls) return plain;
    plain.write(sslRequest());
    const [answer] = await once(plain, "data", { signal });
    if (String(answer) !== "S") throw new Error("The server does not speak TLS.");
    const encrypted = connectTls({ socket: plain, servername: host });
    await once(encrypted, "secureConnect", { signal });
    return encrypted;
  } catch (error) {
    plain.destroy();
    throw error;
  }
}
