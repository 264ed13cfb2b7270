import { z } from "zod";
import { newUuid } from "../../functions/contracts/identifiers.ts";
import {
  type Connection,
  openConnection,
  sessionObjectName,
  socketQuerySchema,
  UNNAMED_SESSION,
} from "../../functions/serve/openpi/connection.ts";
import { type Answer, type Call, type Endpoint, presentedKey, queryOf, refusal } from "../http/endpoint.ts";
import { readParameters } from "../http/readParameters.ts";
import { socketNamespace } from "../ports/socketNamespace.ts";
import { CONNECTION_HEADER, SESSION_TAKEN } from "../sessionProtocol.ts";

const contract: Endpoint["contract"] = {
  request: { query: socketQuerySchema },
  responses: {
    101: {
      description: "openpi's protocol from here on: metadata first, then an answer to each observation.",
    },
  },
};

/** `GET /v1/act/ws`: openpi's websocket protocol. */
export const socketEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/act/ws",
  scope: "act:invoke",
  summary: "Open a socket that speaks openpi's protocol (docs/clients.md)",
  contract,
  handle: openSocket,
};

/** `GET /`: the same for openpi's client, which dials no other path. A page there is none. */
export const rootSocketEndpoint: Endpoint = {
  method: "GET",
  path: "/",
  scope: null,
  summary: "The same for openpi's own client, which dials `/`; needs the scope `act:invoke`",
  contract,
  handle: async (call) =>
    wantsSocket(call.request) ? await openSocket(call) : refusal({ code: "not_found" }),
};

/** `GET /healthz`: what openpi's servers answer there. */
export const healthzEndpoint: Endpoint = {
  method: "GET",
  path: "/healthz",
  scope: null,
  summary: "Tell openpi's clients that the edge answers",
  contract: {
    responses: { 200: { description: "It does.", content: { "text/plain": { schema: z.literal("OK") } } } },
  },
  handle: async () => ({
    kind: "text",
    status: 200,
    text: "OK",
    headers: { "content-type": "text/plain; charset=utf-8" },
  }),
};

const wantsSocket = ({ headers }: Request): boolean => headers.get("upgrade")?.toLowerCase() === "websocket";

/** openpi's client sends `Authorization: Api-Key …`. */
const API_KEY = "api-key ";
function socketKey(request: Request): string | null {
  const header = request.headers.get("authorization") ?? "";
  const isApiKey = header.slice(0, API_KEY.length).toLowerCase() === API_KEY;
  return isApiKey ? header.slice(API_KEY.length).trim() : presentedKey(request);
}

async function openSocket(call: Call): Promise<Answer> {
  const { request, services, trace } = call;
  const key = socketKey(request);
  const address = request.headers.get("cf-connecting-ip");
  const verified = await services.admitter.verify(
    { presentedKey: key, scope: "act:invoke", address },
    call.background,
  );
  if (!verified.ok || key === null) return refusal(verified.ok ? { code: "missing_key" } : verified.failure);
  if (!wantsSocket(request))
    return refusal({
      code: "invalid_request",
      errors: [{ pointer: "/upgrade", detail: "This route takes a WebSocket upgrade alone." }],
    });
  const query = readParameters(queryOf(request), socketQuerySchema);
  if (!query.ok) return refusal(query.failure);
  const connection = openConnection(
    { query: query.value, key: verified.value, presentedKey: key, address, traceparent: trace.traceparent },
    services,
  );
  return connection.ok ? await connect(call, connection.value) : refusal(connection.failure);
}

/** Hands the socket to its session; where a client without one finds the key's own taken, to a new one. */
async function connect(call: Call, connection: Connection): Promise<Answer> {
  const { clock, random } = call.services;
  const own = await handOver(call, connection);
  const other = `${UNNAMED_SESSION}${newUuid(clock, random)}`;
  const response =
    own.status === SESSION_TAKEN ? await handOver(call, { ...connection, session: other }) : own;
  const { webSocket } = response;
  if (webSocket === null) throw new Error(`a session answered ${response.status}`);
  return { kind: "socket", webSocket, headers: {} };
}

function handOver({ services }: Call, connection: Connection): Promise<Response> {
  const { environment, configuration } = services;
  const name = sessionObjectName(connection, connection.session);
  return socketNamespace(environment, configuration)
    .getByName(name)
    .fetch("https://session/", {
      headers: { upgrade: "websocket", [CONNECTION_HEADER]: JSON.stringify(connection) },
    });
}
