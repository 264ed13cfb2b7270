import { z } from "zod";
import type { LocalSql } from "./localSql.ts";

const nameSchema = z.object({ name: z.string() });

/**
 * The sessions of one organization in which records may wait: kept in one of its outboxes, so that whoever looks
 * for a record, or wakes what fell asleep, finds them all. A session enters when its socket opens, and leaves when
 * it has no socket and nothing waits in it.
 */
export class SessionList {
  readonly #sql: LocalSql;
  readonly #sessionsMax: number;

  constructor(sql: LocalSql, sessionsMax: number) {
    this.#sql = sql;
    this.#sessionsMax = sessionsMax;
    sql.exec("create table if not exists sessions (name text primary key, listed_at_ms integer not null)");
  }

  /** Enters a session; false where there is no room for one more: that one shares the organization's outboxes. */
  add(name: string, atMs: number): boolean {
    this.#sql.exec(
      `insert into sessions select ?1, ?2
       where (select count(*) from sessions where name <> ?1) < ?3
       on conflict (name) do update set listed_at_ms = max(listed_at_ms, excluded.listed_at_ms)`,
      ...[name, atMs, this.#sessionsMax],
    );
    return this.#sql.exec("select 1 as listed from sessions where name = ?", name).length === 1;
  }

  /** Takes out a session that was not entered after that moment: a word that comes late undoes no later one. */
  remove(name: string, atMs: number): void {
    this.#sql.exec("delete from sessions where name = ? and listed_at_ms <= ?", name, atMs);
  }

  names(): string[] {
    return this.#sql.exec("select name from sessions order by name").map((row) => nameSchema.parse(row).name);
  }
}
