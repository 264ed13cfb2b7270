/** The SQLite inside a Durable Object; synchronous, and durable once the call that wrote has answered. */
export interface LocalSql {
  exec(query: string, ...bindings: LocalSqlValue[]): readonly Record<string, LocalSqlValue>[];
  /** All or nothing. */
  transaction<Result>(work: () => Result): Result;
}

export type LocalSqlValue = string | number | null | ArrayBuffer;
