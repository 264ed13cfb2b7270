import type { WebSocket } from "ws";
import { type Credentials, SqlStateError, type Stats } from "./backend.ts";
import type { PgliteSession, SessionLease } from "./pgliteSession.ts";
import {
  askForPassword,
  errorMessage,
  FRONTEND,
  type FrontendMessage,
  FrontendSplitter,
  isSslRequest,
  passwordOf,
  startupUser,
  toBuffer,
  transactionState,
  welcome,
} from "./wireMessages.ts";

export interface BridgeOptions {
  readonly session: PgliteSession;
  /** Throws a `SqlStateError` where user or password are wrong. */
  readonly authenticate: (credentials: Credentials) => void;
  readonly stats: Stats;
  readonly idleInTransactionMs: number;
  readonly onClosed: () => Promise<void>;
}

const COUNTED = new Set<number | null>([FRONTEND.query, FRONTEND.execute]);
const ENDS_UNIT = new Set<number | null>([FRONTEND.query, FRONTEND.sync, FRONTEND.flush]);

/**
 * Gives a WebSocket that speaks the Postgres wire protocol its turns on the one session of PGlite: from the
 * first statement of a transaction to the last, so that transactions of several clients never mix. What a
 * dead socket left open is rolled back.
 */
export function bridgeToPglite(socket: WebSocket, options: BridgeOptions): void {
  const splitter = new FrontendSplitter();
  let user: string | null = null;
  let authenticated = false;
  let unit: Buffer[] = [];
  let lease: SessionLease | null = null;
  let idleTimer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

  const runUnit = async (bytes: Buffer): Promise<void> => {
    if (user === null) return;
    clearTimeout(idleTimer);
    lease ??= await options.session.lease(user);
    const answer = await lease.exchange(bytes);
    if (socket.readyState === socket.OPEN) socket.send(answer);
    if (transactionState(answer) === "I") await giveBack();
    else idleTimer = setTimeout(() => socket.terminate(), options.idleInTransactionMs);
  };
  const giveBack = async (): Promise<void> => {
    clearTimeout(idleTimer);
    const held = lease;
    lease = null;
    await held?.release();
  };
  const greet = (message: FrontendMessage): void => {
    if (message.code === null && isSslRequest(message.bytes)) socket.send("N");
    else if (message.code === null) {
      user = startupUser(message.bytes);
      socket.send(askForPassword());
    } else if (message.code === FRONTEND.password && user !== null) {
      options.authenticate({ user, password: passwordOf(message.bytes) });
      authenticated = true;
      socket.send(welcome());
    } else throw new SqlStateError("08P01", "the client sent a statement before its password");
  };
  const receive = (message: FrontendMessage): void => {
    if (COUNTED.has(message.code)) options.stats.queries += 1;
    unit.push(message.bytes);
    if (!ENDS_UNIT.has(message.code)) return;
    const bytes = Buffer.concat(unit);
    unit = [];
    options.stats.calls += 1;
    work = work.then(() => runUnit(bytes)).catch(refuse);
  };
  let left = false;
  const leave = (): void => {
    if (left) return;
    left = true;
    work = work.then(giveBack).then(options.onClosed);
    socket.close();
  };
  const refuse = (error: unknown): void => {
    if (error instanceof SqlStateError && socket.readyState === socket.OPEN) socket.send(errorMessage(error));
    socket.close();
  };

  socket.on("message", (data) => {
    try {
      for (const message of splitter.push(toBuffer(data)))
        if (!authenticated) greet(message);
        else if (message.code === FRONTEND.terminate) leave();
        else receive(message);
    } catch (error) {
      refuse(error);
    }
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", leave);
}
