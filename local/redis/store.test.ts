import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { LogEntry } from "./appendLog.ts";
import { openStore } from "./openStore.ts";
import { OK } from "./replies.ts";
import { Store } from "./store.ts";

const START_MS = 1_790_000_000_000;

function memoryStore() {
  const clock = { ms: START_MS };
  const entries: LogEntry[] = [];
  const store = new Store({ now: () => clock.ms, log: { append: (entry) => void entries.push(entry) } });
  return { clock, entries, store };
}

const words = (text: string): string[] => text.split(" ");

describe("time", () => {
  test("a key is there until its last millisecond and gone after it", () => {
    const { clock, store } = memoryStore();
    store.run(words("set k v px 1000"));
    clock.ms += 999;
    expect(store.run(words("get k"))).toBe("v");
    expect(store.run(words("pttl k"))).toBe(1);
    clock.ms += 1;
    expect(store.run(words("get k"))).toBeNull();
    expect(store.run(words("dbsize"))).toBe(0);
  });

  test("a script sees one instant, the clock of the store", () => {
    const { store } = memoryStore();
    expect(store.run(["eval", "return redis.call('TIME')", "0"])).toEqual(["1790000000", "0"]);
  });
});

describe("the log", () => {
  test("a script that writes thrice and reads is one entry of its three writes", () => {
    const { entries, store } = memoryStore();
    const script = "for i=1,3 do redis.call('INCR',KEYS[1]) end return redis.call('GET',KEYS[1])";
    expect(store.run(["eval", script, "1", "n"])).toBe("3");
    expect(entries.map((entry) => entry.commands)).toEqual([
      [words("INCR n"), words("INCR n"), words("INCR n")],
    ]);
  });

  test("a transaction is one entry, and nothing at all when a command could not be queued", () => {
    const { entries, store } = memoryStore();
    expect(store.transaction([words("set a 1"), words("incr a")])).toEqual([OK, 2]);
    expect(store.transaction([words("set a 9"), words("nosuch")])).toBeInstanceOf(Error);
    expect(entries).toHaveLength(1);
    expect(store.run(words("get a"))).toBe("2");
  });

  test("a refused write is not logged", () => {
    const { entries, store } = memoryStore();
    store.run(words("set s v"));
    store.run(words("incr s"));
    store.run(words("hset s a 1"));
    expect(entries).toHaveLength(1);
  });
});

describe("a store on disk", () => {
  let folder = "";
  const open = (clock: { ms: number }) => {
    folder ||= mkdtempSync(join(tmpdir(), "headgate-redis-"));
    return openStore(folder, () => clock.ms);
  };
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    folder = "";
  });

  const contents = (store: Store) => ({
    keys: [...(store.run(words("keys *")) as string[])].sort(),
    string: store.run(words("get string")),
    hash: store.run(words("hgetall hash")),
    set: store.run(words("smembers set")),
    scores: store.run(words("zrange zset 0 -1 withscores")),
    list: store.run(words("lrange list 0 -1")),
    ttl: store.run(words("pttl string")),
  });

  test("finds every type, expiry and text after a restart, from the log and from its rewritten form", () => {
    const clock = { ms: START_MS };
    const first = open(clock);
    first.store.run(["set", "string", "grün\n\u0000🙂", "px", "5000"]);
    first.store.run(words("hset hash a 1 b 2"));
    first.store.run(words("hincrbyfloat hash a 0.1"));
    first.store.run(words("sadd set x y"));
    first.store.run(words("zadd zset 0.3 low inf high"));
    first.store.run(words("rpush list 1 2 3"));
    first.store.run(words("lpop list"));
    first.store.run(words("set brief v px 100"));
    clock.ms += 1000;
    const before = contents(first.store);
    expect(before.keys).toEqual(["hash", "list", "set", "string", "zset"]);
    expect(before.ttl).toBe(4000);
    for (let restart = 0; restart < 2; restart += 1) {
      const again = open(clock);
      expect(contents(again.store)).toEqual(before);
      again.close();
    }
    first.close();
  });

  test("cuts off a last line that a kill tore, and keeps all before it", () => {
    const clock = { ms: START_MS };
    const first = open(clock);
    first.store.run(words("incr n"));
    first.close();
    appendFileSync(join(folder, "redis.log"), '[1790000000000,[["inc');
    const second = open(clock);
    second.store.run(words("incr n"));
    second.close();
    expect(open(clock).store.run(words("get n"))).toBe("2");
  });

  test("refuses a log that is damaged before its end, and names the line", () => {
    const first = open({ ms: START_MS });
    first.store.run(words("incr n"));
    first.close();
    appendFileSync(join(folder, "redis.log"), 'rubbish\n[1790000000000,[["incr","n"]]]\n');
    expect(() => open({ ms: START_MS })).toThrow(/redis\.log is damaged in line 2/);
  });

  test("is rewritten at start to what still lives", () => {
    const clock = { ms: START_MS };
    const first = open(clock);
    for (let i = 0; i < 100; i += 1) first.store.run(words("incr n"));
    first.store.run(words("set brief v px 100"));
    first.close();
    clock.ms += 100;
    open(clock).close();
    expect(readFileSync(join(folder, "redis.log"), "utf8")).toBe(`[${clock.ms},[["set","n","100"]]]\n`);
  });
});
