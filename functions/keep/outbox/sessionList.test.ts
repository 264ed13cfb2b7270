import { describe, expect, it } from "vitest";
import { SessionList } from "./sessionList.ts";
import { memorySql } from "./testLocalSql.ts";

describe("the list of an organization's sessions", () => {
  it("holds a session once, also for whoever reads it after a restart", () => {
    const sql = memorySql();
    const list = new SessionList(sql, 3);
    expect([list.add("b", 1), list.add("a", 2), list.add("b", 3)]).toEqual([true, true, true]);
    expect(new SessionList(sql, 3).names()).toEqual(["a", "b"]);
  });

  it("takes no session out on a word that is older than its last entry", () => {
    const list = new SessionList(memorySql(), 3);
    list.add("a", 5);
    list.remove("a", 4);
    expect(list.names()).toEqual(["a"]);
    list.add("a", 3);
    list.remove("a", 4);
    expect(list.names()).toEqual(["a"]);
    list.remove("a", 5);
    expect(list.names()).toEqual([]);
  });

  it("is bounded: who finds no room is told, and who is in it may come again", () => {
    const list = new SessionList(memorySql(), 3);
    for (const name of ["s6", "s7", "s8"]) expect(list.add(name, 1)).toBe(true);
    expect([list.add("late", 2), list.add("s7", 2)]).toEqual([false, true]);
    expect(list.names()).toEqual(["s6", "s7", "s8"]);
    list.remove("s7", 2);
    expect(list.add("late", 3)).toBe(true);
    expect(new SessionList(memorySql(), 0).add("any", 1)).toBe(false);
  });
});
