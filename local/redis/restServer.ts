import { randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { CommandError, type Reply, Status } from "./replies.ts";

/** What answers the commands: our own store, or a real Redis behind the same endpoint. */
export interface RedisBackend {
  run(command: readonly string[]): Reply | Promise<Reply>;
  transaction(
    commands: readonly (readonly string[])[],
  ): readonly Reply[] | CommandError | Promise<readonly Reply[] | CommandError>;
}

export interface RestServerOptions {
  readonly backend: RedisBackend;
  /** The bearer token that every command must carry. */
  readonly token: string;
}

const BODY_MAX_BYTES = 16 * 1024 * 1024;

/** Commands that Upstash does not serve over REST, or that would reach beyond this store. */
const DENIED: ReadonlySet<string> = new Set(
  "auth blmove blpop brpop bzpopmax bzpopmin client cluster config debug hello monitor psubscribe replicaof save bgsave select shutdown slaveof subscribe".split(
    " ",
  ),
);

/** Clients send numbers, booleans and objects as they are; Redis knows text alone. */
const wordSchema = z.unknown().transform((word): string => {
  if (typeof word === "string") return word;
  return word === null ? "" : typeof word === "object" ? JSON.stringify(word) : String(word);
});
const commandSchema = z.array(wordSchema).min(1);
const commandsSchema = z.array(commandSchema);

type Encoded = string | number | null | { error: string } | Encoded[];

/** A reply as JSON. With base64, every text is encoded, nested ones and statuses too; the client decodes all. */
function encode(reply: Reply, asBase64: boolean): Encoded {
  if (reply === null || typeof reply === "number") return reply;
  if (reply instanceof CommandError) return { error: reply.message };
  if (Array.isArray(reply)) return reply.map((item: Reply) => encode(item, asBase64));
  const bytes = reply instanceof Status ? reply.text : reply;
  if (!asBase64) return bytes.toString();
  return Buffer.isBuffer(bytes) ? bytes.toString("base64") : Buffer.from(String(bytes)).toString("base64");
}

const result = (reply: Reply, asBase64: boolean): { result: Encoded } | { error: string } =>
  reply instanceof CommandError ? { error: reply.message } : { result: encode(reply, asBase64) };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const refused = (status: number, error: string): Answer => ({ status, body: { error } });

/**
 * The Upstash Redis REST protocol in front of a Redis: `POST /` with one command, `/pipeline` and
 * `/multi-exec` with several, `/get/key` in the path; besides, `GET /healthz` and `GET /stats` with the
 * numbers of requests and commands so far. Protocol: https://upstash.com/docs/redis/features/restapi
 */
export function createRestServer({ backend, token }: RestServerOptions): Server {
  const stats = { requests: 0, commands: 0 };

  async function runOne(command: readonly string[]): Promise<Reply> {
    stats.commands += 1;
    const name = command[0] ?? "";
    if (DENIED.has(name.toLowerCase())) return new CommandError(`ERR Command is not available: '${name}'.`);
    return backend.run(command);
  }

  async function pipeline(commands: readonly (readonly string[])[], asBase64: boolean): Promise<Answer> {
    const body: unknown[] = [];
    for (const command of commands) body.push(result(await runOne(command), asBase64));
    return { status: 200, body };
  }

  async function multiExec(commands: readonly (readonly string[])[], asBase64: boolean): Promise<Answer> {
    stats.commands += commands.length;
    const replies = await backend.transaction(commands);
    if (replies instanceof CommandError) return refused(400, replies.message);
    return { status: 200, body: replies.map((reply) => result(reply, asBase64)) };
  }

  async function command(words: readonly string[], asBase64: boolean): Promise<Answer> {
    const body = result(await runOne(words), asBase64);
    return { status: "error" in body ? 400 : 200, body };
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/healthz") return { status: 200, body: { status: "ok" } };
    if (url.pathname === "/stats") return { status: 200, body: stats };
    if (!authorized(request, url, token)) return refused(401, "WRONGPASS invalid or missing auth token");
    if (!["GET", "HEAD", "POST", "PUT"].includes(request.method ?? ""))
      return refused(405, "method not allowed");
    stats.requests += 1;
    const asBase64 = request.headers["upstash-encoding"] === "base64";
    const body = await readBody(request);
    if (body === null) return refused(413, "ERR request is too large");
    const path = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
    if (path[0] === "pipeline") return pipeline(commandsSchema.parse(JSON.parse(body)), asBase64);
    if (path[0] === "multi-exec") return multiExec(commandsSchema.parse(JSON.parse(body)), asBase64);
    const words = path.length > 0 ? pathCommand(path, url, body) : commandSchema.parse(JSON.parse(body));
    return command(words, asBase64);
  }

  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: unknown) => mistake(error))
      .then(({ status, body }) => send(response, status, body));
  });
  server.keepAliveTimeout = 120_000;
  return server;
}

/** `/set/key/value?ex=10`: words in the path, the body as the last argument, options as query. */
function pathCommand(path: readonly string[], url: URL, body: string): string[] {
  const options = [...url.searchParams].filter(([name]) => name !== "_token").flat();
  return [...path, ...(body === "" ? [] : [body]), ...options.filter((word) => word !== "")];
}

function authorized(request: IncomingMessage, url: URL, token: string): boolean {
  const header = request.headers.authorization?.replace(/^Bearer /i, "");
  const given = Buffer.from(header ?? url.searchParams.get("_token") ?? "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function mistake(error: unknown): Answer {
  if (error instanceof SyntaxError || error instanceof URIError || error instanceof z.ZodError)
    return refused(400, "ERR failed to parse command");
  console.error(JSON.stringify({ level: "error", part: "redis", message: String(error) }));
  return refused(500, "ERR internal error");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      "upstash-sync-token": randomUUID(),
    })
    .end(text);
}
