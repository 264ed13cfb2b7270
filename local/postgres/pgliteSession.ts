import { protocol } from "@electric-sql/pglite";
import { SqlStateError } from "./backend.ts";
import { firstError } from "./extendedQuery.ts";
import type { WireDatabase } from "./pgliteProcess.ts";
import { transactionState } from "./wireMessages.ts";

/** The session for as long as one client has it. */
export interface SessionLease {
  exchange(bytes: Uint8Array): Promise<Uint8Array>;
  /** Rolls back what is open, and lets the next client have the session. */
  release(): Promise<void>;
}

export interface PgliteSession {
  /** Waits for the session, and makes it that user's. Throws a `SqlStateError` where the role is unknown. */
  lease(user: string): Promise<SessionLease>;
  /** Forgets prepared statements, settings and temporary tables of clients that are gone. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * The one session that PGlite has, handed from client to client in order of arrival. PGlite runs everything
 * as a superuser, whom row-level security does not bind: so the session takes on each client's role first.
 */
export function createPgliteSession(database: WireDatabase): PgliteSession {
  let tail: Promise<void> = Promise.resolve();
  let role: string | null = null;

  const queue = async (): Promise<() => void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = tail;
    tail = before.then(() => promise);
    await before;
    return resolve;
  };
  const become = async (user: string): Promise<void> => {
    if (role === user) return;
    // Not RESET: in single-user mode it resets nothing.
    const answer = await database.exchange(
      protocol.serialize.query(`SET SESSION AUTHORIZATION ${identifier(user)}`),
    );
    if (firstError(answer) !== null) throw new SqlStateError("28000", `role "${user}" does not exist`);
    role = user;
  };

  return {
    lease: async (user) => {
      const next = await queue();
      try {
        await become(user);
      } catch (error) {
        next();
        throw error;
      }
      let state: "I" | "T" | "E" = "I";
      return {
        exchange: async (bytes) => {
          const answer = await database.exchange(bytes);
          state = transactionState(answer) ?? state;
          return answer;
        },
        release: async () => {
          if (state !== "I") await database.exchange(protocol.serialize.query("ROLLBACK"));
          next();
        },
      };
    },
    discard: async () => {
      const next = await queue();
      await database.exchange(protocol.serialize.query("DISCARD ALL"));
      role = null;
      next();
    },
    close: async () => {
      const next = await queue();
      await database.close();
      next();
    },
  };
}
