import pg from "pg";
import type { Backend, Credentials, Statement, StatementResult, Stats } from "./backend.ts";
import { bridgeToTcp, CONNECT_TIMEOUT_MS } from "./tcpBridge.ts";

const POOL_MAX_CONNECTIONS = 8;
const TLS_MODES = new Set<string | null>(["require", "verify-ca", "verify-full"]);

/** Values stay the text that Postgres sent: the driver at the other end parses them. */
const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

/** `queryMode` is missing from the types of pg; it refuses several statements in one, as Neon does. */
type ArrayQuery = pg.QueryArrayConfig & { readonly queryMode: "extended" };

/**
 * A real PostgreSQL behind the same endpoint. The server itself checks every client's user and password;
 * WebSockets become plain TCP connections to it. The URL gives host, port and database.
 */
export function createPgBackend(url: string, stats: Stats): Backend {
  const target = new URL(url.replace(/^postgres(ql)?:/, "http:"));
  const host = target.hostname;
  const port = Number(target.port || 5432);
  const tls = TLS_MODES.has(target.searchParams.get("sslmode"));
  const pools = new Map<string, pg.Pool>();

  const poolOf = ({ user, password }: Credentials): pg.Pool => {
    const id = JSON.stringify([user, password]);
    const known = pools.get(id);
    if (known !== undefined) return known;
    const pool = new pg.Pool({
      host,
      port,
      user,
      password,
      database: decodeURIComponent(target.pathname.slice(1)) || user,
      ssl: tls,
      max: POOL_MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      allowExitOnIdle: true,
    });
    // An idle connection that the server closed is no failure of any request.
    pool.on("error", () => undefined);
    pools.set(id, pool);
    return pool;
  };

  return {
    execute: async (credentials, statements, begin) => {
      stats.queries += statements.length;
      const client = await poolOf(credentials).connect();
      try {
        return begin === null
          ? await runEach(client, statements)
          : await runTransaction(client, statements, begin);
      } finally {
        client.release();
      }
    },
    attach: (socket) => bridgeToTcp(socket, { host, port, tls }, stats),
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

async function runEach(client: pg.PoolClient, statements: readonly Statement[]): Promise<StatementResult[]> {
  const results: StatementResult[] = [];
  for (const { query, params } of statements) {
    const config: ArrayQuery = {
      text: query,
      values: [...params],
      rowMode: "array",
      types: asText,
      queryMode: "extended",
    };
    const result = await client.query<(string | null)[]>(config);
    const fields = result.fields.map((field) => ({ ...field, format: "text" as const }));
    results.push({ fields, rows: result.rows, command: result.command, rowCount: result.rowCount });
  }
  return results;
}

async function runTransaction(
  client: pg.PoolClient,
  statements: readonly Statement[],
  begin: string,
): Promise<StatementResult[]> {
  await client.query(begin);
  try {
    const results = await runEach(client, statements);
    await client.query("COMMIT");
    return results;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
