import { createServer, type Server } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { HttpRequest, HttpResponse } from "../protocol/http.ts";

/** What answers, whatever the connection speaks. */
export interface Handlers {
  readonly onRequest: (request: HttpRequest, response: HttpResponse) => void;
  /** Whether it took the stream of HTTP/2 before a request is made of it. */
  readonly takeStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
}

/** Two servers that listen nowhere: connections are given to them once it is known what they speak. */
export interface ProtocolServers {
  readonly h1: Server;
  readonly h2: Http2Server;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
}

/** Time that a caller may take to send a request, and that an idle connection stays open. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
/** Room for a camera's picture on its way, so that it does not wait for window updates. */
const WINDOW_BYTES = 1_048_576;
const MAX_STREAMS = 1024;

const createHttp1 = ({ onRequest }: Handlers): Server => {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    onRequest,
  );
  server.on("clientError", (_error, socket) => {
    if (socket.writable)
      socket.end(
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n" +
          '{"error":"The request is not HTTP.","category":"data","retry":false}',
      );
  });
  // A server that listens keeps time of its slow and idle connections; this one is only told that it listens.
  server.emit("listening");
  return server;
};

/** Creates the servers for HTTP/1.1 and HTTP/2. */
export const createProtocolServers = (handlers: Handlers): ProtocolServers => {
  const sessions = new Set<ServerHttp2Session>();
  const h2 = createHttp2Server({
    settings: { maxConcurrentStreams: MAX_STREAMS, initialWindowSize: WINDOW_BYTES },
  });
  h2.on("session", (session) => {
    session.setLocalWindowSize(WINDOW_BYTES * 4);
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  h2.on("sessionError", () => {});
  const ask = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
  ): void =>
    handlers.onRequest(
      new Http2ServerRequest(stream, headers, {}, rawHeaders),
      new Http2ServerResponse(stream),
    );
  h2.on("stream", (stream, headers, _flags, rawHeaders) => {
    if (headers.expect === "100-continue") stream.additionalHeaders({ ":status": 100 });
    if (headers[":method"] === "CONNECT")
      stream.respond({ ":status": 405, allow: "GET, POST" }, { endStream: true });
    else if (!handlers.takeStream(stream, headers)) ask(stream, headers, rawHeaders);
  });
  return { h1: createHttp1(handlers), h2, sessions };
};
