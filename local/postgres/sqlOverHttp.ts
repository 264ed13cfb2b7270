import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Backend, Credentials, Statement, StatementResult, Stats } from "./backend.ts";

// Neon's SQL over HTTP, as @neondatabase/serverless 1.2 speaks it: POST /sql.

const BODY_MAX_BYTES = 64 << 20;

const ISOLATION_LEVELS: Readonly<Record<string, string>> = {
  ReadUncommitted: "READ UNCOMMITTED",
  ReadCommitted: "READ COMMITTED",
  RepeatableRead: "REPEATABLE READ",
  Serializable: "SERIALIZABLE",
};

const ERROR_FIELDS = [
  "severity",
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "where",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

const querySchema = z.object({
  query: z.string(),
  params: z.array(z.unknown()).default([]),
  arrayMode: z.boolean().optional(),
});
const bodySchema = z.union([z.object({ queries: z.array(querySchema) }), querySchema]);
type Query = z.infer<typeof querySchema>;

/** A request that the endpoint itself refuses; the message goes to the driver as it is. */
class BadRequest extends Error {}

/** Answers one `POST /sql`: runs its statement, or its batch as one transaction, on the backend. */
export async function answerSql(
  request: IncomingMessage,
  response: ServerResponse,
  backend: Backend,
  stats: Stats,
): Promise<void> {
  stats.calls += 1;
  try {
    const credentials = readCredentials(request.headers["neon-connection-string"]);
    const arrayMode = request.headers["neon-array-mode"] === "true";
    if (request.headers["neon-raw-text-output"] !== "true")
      throw new BadRequest("this endpoint answers text alone: send Neon-Raw-Text-Output: true");
    const body = bodySchema.parse(JSON.parse((await readBody(request)).toString("utf8")));
    const begin = "queries" in body ? beginStatement(request.headers) : null;
    const queries = "queries" in body ? body.queries : [body];
    const results = await backend.execute(credentials, queries.map(toStatement), begin);
    const shaped = results.map((result, index) => shape(result, queries[index]?.arrayMode ?? arrayMode));
    send(
      response,
      200,
      begin === null ? (shaped[0] ?? {}) : { results: shaped },
      batchHeaders(request.headers),
    );
  } catch (error) {
    const described = describe(error);
    send(response, described.code === null && !isClientFault(error) ? 500 : 400, described);
  }
}

/** Writes a JSON answer. */
export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  const length = { "content-length": Buffer.byteLength(text) };
  response.writeHead(status, { "content-type": "application/json", ...length, ...headers }).end(text);
}

function readCredentials(header: string | string[] | undefined): Credentials {
  if (typeof header !== "string") throw new BadRequest("missing connection string");
  const url = new URL(header.replace(/^postgres(ql)?:/, "http:"));
  return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_MAX_BYTES) throw new BadRequest("request is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function beginStatement(headers: IncomingMessage["headers"]): string {
  const isolation = headers["neon-batch-isolation-level"];
  const words = ["BEGIN"];
  if (typeof isolation === "string") {
    const level = Object.hasOwn(ISOLATION_LEVELS, isolation) ? ISOLATION_LEVELS[isolation] : undefined;
    if (level === undefined) throw new BadRequest("invalid isolation level");
    words.push(`ISOLATION LEVEL ${level}`);
  }
  if (headers["neon-batch-read-only"] === "true") words.push("READ ONLY");
  if (headers["neon-batch-deferrable"] === "true") words.push("DEFERRABLE");
  return words.join(" ");
}

function batchHeaders(headers: IncomingMessage["headers"]): Record<string, string> {
  const echoed = ["neon-batch-isolation-level", "neon-batch-read-only", "neon-batch-deferrable"];
  const pairs = echoed.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}

const toStatement = ({ query, params }: Query): Statement => ({ query, params: params.map(toPostgresText) });

/** A JSON parameter in Postgres text format, as Neon's proxy converts it. */
export function toPostgresText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return toArrayText(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function toArrayText(values: readonly unknown[]): string {
  const parts = values.map((value) => {
    if (value === null) return "NULL";
    if (Array.isArray(value)) return toArrayText(value);
    return typeof value === "object" ? JSON.stringify(JSON.stringify(value)) : JSON.stringify(value);
  });
  return `{${parts.join(",")}}`;
}

function shape(result: StatementResult, rowAsArray: boolean): object {
  if (rowAsArray) return { ...result, rowAsArray };
  const rows = result.rows.map((row) =>
    Object.fromEntries(row.map((value, index) => [result.fields[index]?.name ?? "", value])),
  );
  return { ...result, rows, rowAsArray };
}

const isClientFault = (error: unknown): boolean =>
  error instanceof BadRequest || error instanceof SyntaxError || error instanceof z.ZodError;

function describe(error: unknown): Record<string, string | null> {
  const fields: Record<string, unknown> = error instanceof Error ? { ...error } : {};
  const described: Record<string, string | null> = {
    message: error instanceof Error ? error.message : String(error),
  };
  for (const name of ERROR_FIELDS) {
    const value = fields[name];
    described[name] = typeof value === "string" ? value : null;
  }
  const isSqlState = /^[0-9A-Z]{5}$/.test(described.code ?? "");
  return isSqlState ? described : { ...described, code: null };
}
