import { DatabaseSync } from "node:sqlite";
import type { LocalSql, LocalSqlValue } from "./localSql.ts";

const toSqlite = (value: LocalSqlValue) => (value instanceof ArrayBuffer ? new Uint8Array(value) : value);

function fromSqlite(value: unknown): LocalSqlValue {
  if (value instanceof Uint8Array) return value.slice().buffer;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" || typeof value === "number" ? value : null;
}

/** A Durable Object's SQLite for tests: the same SQL on Node's own, in memory. */
export function memorySql(): LocalSql {
  const database = new DatabaseSync(":memory:");
  return {
    exec: (query, ...bindings) =>
      database
        .prepare(query)
        .all(...bindings.map(toSqlite))
        .map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fromSqlite(value)])),
        ),
    transaction(work) {
      database.exec("begin");
      try {
        const result = work();
        database.exec("commit");
        return result;
      } catch (error) {
        database.exec("rollback");
        throw error;
      }
    },
  };
}
