import { timingSafeEqual } from "node:crypto";
import type { WebSocket } from "ws";
import { authenticationFailed, type Backend, type Credentials, type Stats } from "./backend.ts";
import { decodeResults, encodeStatements } from "./extendedQuery.ts";
import type { WireDatabase } from "./pgliteProcess.ts";
import { createPgliteSession } from "./pgliteSession.ts";
import { bridgeToPglite } from "./webSocketBridge.ts";

/** Passwords by role; PGlite itself asks nobody for one. */
export type Passwords = Readonly<Record<string, string>>;

export interface PgliteBackendOptions {
  readonly passwords: Passwords;
  readonly stats: Stats;
  /** A socket that leaves its transaction open this long is cut: everybody waits for the one session. */
  readonly idleInTransactionMs: number;
}

/** The embedded Postgres as a backend: real roles, real transactions, one statement at a time. */
export function createPgliteBackend(database: WireDatabase, options: PgliteBackendOptions): Backend {
  const session = createPgliteSession(database);
  const authenticate = ({ user, password }: Credentials): void => {
    const expected = Object.hasOwn(options.passwords, user) ? options.passwords[user] : undefined;
    if (expected === undefined || !equal(expected, password)) throw authenticationFailed(user);
  };
  let sockets = 0;

  return {
    execute: async (credentials, statements, begin) => {
      authenticate(credentials);
      options.stats.queries += statements.length;
      const lease = await session.lease(credentials.user);
      try {
        if (begin === null) return decodeResults(await lease.exchange(encodeStatements(statements)));
        const transaction = [{ query: begin, params: [] }, ...statements, { query: "COMMIT", params: [] }];
        return decodeResults(await lease.exchange(encodeStatements(transaction))).slice(1, -1);
      } finally {
        await lease.release();
      }
    },
    attach: (socket: WebSocket) => {
      sockets += 1;
      bridgeToPglite(socket, {
        session,
        authenticate,
        stats: options.stats,
        idleInTransactionMs: options.idleInTransactionMs,
        onClosed: async () => {
          sockets -= 1;
          if (sockets === 0) await session.discard();
        },
      });
    },
    close: () => session.close(),
  };
}

function equal(expected: string, given: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  return left.length === right.length && timingSafeEqual(left, right);
}
