import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { ndarray, type Packable, pack, unpack } from "./plainMsgpack.ts";

// Policy servers of others, as their protocols say they behave, and as they behave when they are ill. Nothing of
// our own codecs is used here.

/** What a stand-in does with an observation. */
export type Behavior =
  | { readonly kind: "answers"; readonly rows: readonly (readonly number[])[] }
  /** Never answers. */
  | { readonly kind: "stalls" }
  /** Cuts the connection instead of answering. */
  | { readonly kind: "closes" }
  /** Reports an error in the way of its protocol. */
  | { readonly kind: "reports" }
  /** Answers with what is nothing in its protocol. */
  | { readonly kind: "babbles" };

export interface StandIn {
  readonly url: string;
  behavior: Behavior;
  /** The observations that it was shown, as its protocol reads them. */
  readonly seen: unknown[];
  /** The Authorization headers that came with them. */
  readonly authorizations: (string | undefined)[];
  close(): void;
}

type Protocol = "openpi" | "openvla" | "open_inference";

/** Starts a server of that protocol on a free port; until told otherwise it never answers. */
export async function openStandIn(protocol: Protocol): Promise<StandIn> {
  const sockets = new Set<WebSocket>();
  const server = createServer((request, response) => {
    if (protocol === "openpi") return answerHealth(request, response);
    return protocol === "openvla"
      ? serveOpenVla(standIn, request, response)
      : serveOpenInference(standIn, request, response);
  });
  if (protocol === "openpi") {
    new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket, request) => {
      sockets.add(socket);
      serveOpenpi(standIn, socket, request);
    });
  }
  const standIn: StandIn = {
    url: await listen(server),
    behavior: { kind: "stalls" },
    seen: [],
    authorizations: [],
    close() {
      for (const socket of sockets) socket.terminate();
      server.close();
      server.closeAllConnections();
    },
  };
  return standIn;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answerHealth = ({ url }: IncomingMessage, response: ServerResponse) =>
  response.writeHead(url === "/healthz" ? 200 : 426).end(url === "/healthz" ? "OK\n" : "");

/** openpi: metadata first; then for every observation one result; an error is text, and the end. */
function serveOpenpi(standIn: StandIn, socket: WebSocket, { headers }: IncomingMessage): void {
  socket.send(pack(new Map<string, Packable>([["policy_name", "a stand-in"]])));
  socket.on("message", (data: Buffer) => {
    standIn.seen.push(unpack(data));
    standIn.authorizations.push(headers.authorization);
    const { behavior } = standIn;
    switch (behavior.kind) {
      case "answers":
        return socket.send(openpiResult(behavior.rows));
      case "closes":
        return socket.terminate();
      case "reports":
        socket.send("Traceback (most recent call last): out of memory");
        return socket.close(1011, "Internal server error.");
      case "babbles":
        return socket.send(Buffer.from([0xc1, 0xc1, 0xc1]));
      case "stalls":
    }
  });
}

/** A result as openpi's server writes it. */
export const openpiResult = (rows: readonly (readonly number[])[], dtype: "<f4" | "<f8" = "<f4"): Buffer =>
  pack(
    new Map<string, Packable>([
      ["actions", ndarray(rows, dtype)],
      ["server_timing", new Map<string, Packable>([["infer_ms", 12.5]])],
    ]),
  );

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const whole = Buffer.concat(parts);
  const headerBytes = Number(request.headers["inference-header-content-length"] ?? whole.length);
  return JSON.parse(whole.subarray(0, headerBytes).toString());
}

/** OpenVLA: one action alone, several as OpenVLA-OFT's list of arrays; an error is a text with status 200. */
async function serveOpenVla(standIn: StandIn, request: IncomingMessage, response: ServerResponse) {
  if (request.url !== "/act") return response.writeHead(404).end();
  standIn.seen.push(await readJson(request));
  standIn.authorizations.push(request.headers.authorization);
  endWith(standIn.behavior, response, openVlaAnswer, '"error"');
}

/** What an OpenVLA server writes: the bare numbers of one action, or a list of numpy arrays. */
export const openVlaAnswer = (rows: readonly (readonly number[])[]): string =>
  JSON.stringify(rows.length === 1 && rows[0]?.every(Number.isFinite) ? rows[0] : rows.map(numpyArray));

const numpyArray = (row: readonly number[]) => ({
  __numpy__: Buffer.from(Float64Array.from(row).buffer).toString("base64"),
  dtype: "<f8",
  shape: [row.length],
});

async function serveOpenInference(standIn: StandIn, request: IncomingMessage, response: ServerResponse) {
  if (request.url?.endsWith("/ready")) return response.end();
  standIn.seen.push(await readJson(request));
  standIn.authorizations.push(request.headers.authorization);
  const { behavior } = standIn;
  if (behavior.kind === "answers") response.setHeader(...openInferenceHeader(behavior.rows));
  endWith(behavior, response, openInferenceAnswer, '{"error": "out of memory"}', 500);
}

const openInferenceJson = (rows: readonly (readonly number[])[]): string => {
  const shape = [1, rows.length, rows[0]?.length ?? 0];
  const parameters = { binary_data_size: rows.flat().length * 4 };
  const outputs = [{ name: "actions", datatype: "FP32", shape, parameters }];
  return JSON.stringify({ model_name: "x", model_version: "7", outputs });
};

export const openInferenceHeader = (rows: readonly (readonly number[])[]): [name: string, value: string] => [
  "inference-header-content-length",
  String(openInferenceJson(rows).length),
];

/** What an Open Inference server writes: JSON, and the numbers behind it. */
export const openInferenceAnswer = (rows: readonly (readonly number[])[]): Buffer =>
  Buffer.concat([Buffer.from(openInferenceJson(rows)), Buffer.from(Float32Array.from(rows.flat()).buffer)]);

function endWith(
  behavior: Behavior,
  response: ServerResponse,
  answerOf: (rows: readonly (readonly number[])[]) => string | Buffer,
  error: string,
  errorStatus = 200,
) {
  switch (behavior.kind) {
    case "answers":
      return response.end(answerOf(behavior.rows));
    case "closes":
      return response.destroy();
    case "reports":
      return response.writeHead(errorStatus).end(error);
    case "babbles":
      return response.end('{"what": "ever"}');
    case "stalls":
  }
}
