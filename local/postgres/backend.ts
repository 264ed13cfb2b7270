import type { WebSocket } from "ws";

/** Who a client says it is: from the connection string (HTTP) or the startup packet (WebSocket). */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** One statement with parameters in Postgres text format. */
export interface Statement {
  readonly query: string;
  readonly params: readonly (string | null)[];
}

export interface ResultField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeSize: number;
  readonly dataTypeModifier: number;
  readonly format: "text";
}

/** What a statement answered, every value in Postgres text format: the driver does all parsing. */
export interface StatementResult {
  readonly fields: readonly ResultField[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly command: string;
  readonly rowCount: number | null;
}

/** A PostgreSQL behind the local Neon endpoint: embedded, or a real one. */
export interface Backend {
  /**
   * Runs statements as that user: each for itself, or, with `begin`, as one transaction that is rolled back
   * at the first error. Throws what Postgres says, with its SQLSTATE in `code`.
   */
  execute(
    credentials: Credentials,
    statements: readonly Statement[],
    begin: string | null,
  ): Promise<StatementResult[]>;
  /** Speaks the Postgres wire protocol over a WebSocket until it closes. */
  attach(socket: WebSocket): void | Promise<void>;
  close(): Promise<void>;
}

/** What the endpoint did since it started; a benchmark proves with it that a path asked nothing. */
export interface Stats {
  calls: number;
  queries: number;
}

/** An error that carries a SQLSTATE, as Postgres and both clients of it throw them. */
export class SqlStateError extends Error {
  readonly code: string;
  readonly severity = "FATAL";

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The answer to an unknown user and to a wrong password alike, so that neither can be told from the other. */
export const authenticationFailed = (user: string): SqlStateError =>
  new SqlStateError("28P01", `password authentication failed for user "${user}"`);
