import { createServer, type Server } from "node:http";
import { WebSocketServer } from "ws";
import type { Backend, Stats } from "./backend.ts";
import { answerSql, send } from "./sqlOverHttp.ts";

export interface Endpoint {
  /** Port it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * The local stand-in for Neon, on 127.0.0.1 alone: `POST /sql`, WebSocket `/v2`, and for operators
 * `GET /healthz` and `GET /stats`. Listens at once, so that a busy port is known before a database opens;
 * requests wait for `backend`. Rejects with the system's error where the port cannot be had.
 */
export async function listen(port: number, backend: Promise<Backend>, stats: Stats): Promise<Endpoint> {
  const server = createServer(async (request, response) => {
    const opened = await backend;
    const { pathname } = new URL(request.url ?? "/", "http://endpoint");
    if (request.method === "POST" && pathname === "/sql") return answerSql(request, response, opened, stats);
    if (request.method === "GET" && pathname === "/healthz") return send(response, 200, { status: "ok" });
    if (request.method === "GET" && pathname === "/stats") return send(response, 200, stats);
    return send(response, 404, { message: "not found" });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const sockets = new WebSocketServer({ server, path: "/v2", perMessageDeflate: false });
  sockets.on("connection", async (socket) => {
    socket.pause();
    const opened = await backend;
    await opened.attach(socket);
    socket.resume();
  });
  return { port: portOf(server), close: () => closeAll(server, sockets) };
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function closeAll(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
