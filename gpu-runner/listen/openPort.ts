import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from "node:tls";
import type { Outcome } from "../protocol/outcome.ts";
import type { ProtocolServers } from "./protocolServers.ts";
import type { TlsMaterial } from "./readTlsFiles.ts";
import { sniffProtocol } from "./sniffProtocol.ts";

/** A port that is listened on. */
export interface OpenPort {
  readonly port: number;
  /** Takes these certificates for connections from now on; open ones stay. Nothing where the port is plain. */
  readonly renew: (material: TlsMaterial) => void;
  /** Takes no new connection; ends those that have not said anything; resolves when the last one has ended. */
  readonly close: () => Promise<void>;
  /** Cuts every connection off. */
  readonly cut: () => void;
}

export interface PortOptions {
  readonly host: string;
  readonly port: number;
  /** Null: plain HTTP. */
  readonly tls: TlsMaterial | null;
  readonly servers: ProtocolServers;
  /** Told of each connection that was refused for its certificate, or for having none. */
  readonly onRefused: (reason: string) => void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

const listen = (server: Server, host: string, port: number): Promise<Outcome<number, string>> =>
  new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const busy = error.code === "EADDRINUSE" ? `Port ${port} on ${host} is taken.` : null;
      resolve({
        ok: false,
        failure: busy ?? `The runner cannot listen on ${host}:${port}: ${error.message}`,
      });
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ ok: true, value: typeof address === "object" && address !== null ? address.port : port });
    });
  });

/** Why a handshake failed: what is wrong with the caller's certificate, else what OpenSSL says. */
const reasonOf = (error: Error, { authorizationError }: TLSSocket): string => {
  // Null, whatever its type says, where the certificate was not looked at.
  if (authorizationError) return String(authorizationError);
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
};

const createSecure = (tls: TlsMaterial, onRefused: PortOptions["onRefused"]): TlsServer => {
  const server = createTlsServer({
    ...tls.context,
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    noDelay: true,
  });
  server.on("tlsClientError", (error, socket) => onRefused(reasonOf(error, socket)));
  return server;
};

/** A connection by its other end: what TLS hands over is another object than what was accepted. */
const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;

/**
 * Listens on one port for HTTP/1.1 and HTTP/2, plain or with mutual TLS 1.3, and gives each connection to the server
 * of what it speaks. Fails with one sentence, such as a port that is taken.
 */
export const openPort = async (options: PortOptions): Promise<Outcome<OpenPort, string>> => {
  const { host, onRefused, servers, tls } = options;
  const secure = tls === null ? null : createSecure(tls, onRefused);
  const server = secure ?? createServer({ noDelay: true });
  const sockets = new Set<Socket>();
  const undecided = new Map<string, Socket>();
  server.on("connection", (socket: Socket) => {
    const peer = peerOf(socket);
    sockets.add(socket);
    undecided.set(peer, socket);
    socket.once("close", () => {
      sockets.delete(socket);
      undecided.delete(peer);
    });
  });
  server.on(secure === null ? "connection" : "secureConnection", (socket: Socket) =>
    sniffProtocol(socket, (protocol) => {
      undecided.delete(peerOf(socket));
      servers[protocol].emit("connection", socket);
    }),
  );
  const port = await listen(server, host, options.port);
  if (!port.ok) return port;
  const close = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of undecided.values()) socket.destroy();
    return closed;
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const renew = (material: TlsMaterial): void => secure?.setSecureContext(material.context);
  return { ok: true, value: { port: port.value, renew, close, cut } };
};
