import { type CommandTable, globToRegExp, integer, reads, writes } from "./commandTable.ts";
import type { Keyspace } from "./keyspace.ts";
import { CommandError, OK, type Reply, Status } from "./replies.ts";
import { scanOptions } from "./scan.ts";

/** NX, XX, GT and LT of the EXPIRE family; a key without expiry counts as one that ends never. */
function expireConditionHolds(word: string | undefined, oldMs: number | null, newMs: number): boolean {
  if (word === undefined) return true;
  switch (word.toLowerCase()) {
    case "nx":
      return oldMs === null;
    case "xx":
      return oldMs !== null;
    case "gt":
      return oldMs !== null && newMs > oldMs;
    case "lt":
      return oldMs === null || newMs < oldMs;
    default:
      throw new CommandError(`ERR Unsupported option ${word}`);
  }
}

const expireWith =
  (unitMs: number, relative: boolean) =>
  (keyspace: Keyspace, [key = "", amount, condition]: readonly string[]): Reply => {
    const expiresAtMs = integer(amount) * unitMs + (relative ? keyspace.nowMs : 0);
    if (keyspace.find(key) === null) return 0;
    if (!expireConditionHolds(condition, keyspace.expiryOf(key), expiresAtMs)) return 0;
    return keyspace.expire(key, expiresAtMs) ? 1 : 0;
  };

/** -2 without such a key, -1 without expiry, else what `left` makes of the milliseconds since 1970. */
const ttlWith =
  (left: (expiresAtMs: number, nowMs: number) => number) =>
  (keyspace: Keyspace, [key = ""]: readonly string[]): Reply => {
    if (keyspace.find(key) === null) return -2;
    const expiresAtMs = keyspace.expiryOf(key);
    return expiresAtMs === null ? -1 : left(expiresAtMs, keyspace.nowMs);
  };

function persist(keyspace: Keyspace, [key = ""]: readonly string[]): Reply {
  return keyspace.expiryOf(key) !== null && keyspace.expire(key, null) ? 1 : 0;
}

function rename(keyspace: Keyspace, from: string, to: string): Reply {
  const value = keyspace.find(from);
  if (value === null) throw new CommandError("ERR no such key");
  const expiresAtMs = keyspace.expiryOf(from);
  keyspace.remove(from);
  keyspace.put(to, value, expiresAtMs);
  return OK;
}

/** The cursor is a position in the sorted list of keys: a key that stays is seen at least once. */
function scan(keyspace: Keyspace, [cursor, ...words]: readonly string[]): Reply {
  const { match, count, type } = scanOptions(cursor, words);
  const keys = keyspace.keys().sort();
  const from = Number(cursor);
  const page = keys
    .slice(from, from + count)
    .filter((key) => match?.test(key) ?? true)
    .filter((key) => type === null || keyspace.find(key)?.kind === type);
  return [from + count < keys.length ? String(from + count) : "0", page];
}

const countKeys = (keyspace: Keyspace, keys: readonly string[]): number =>
  keys.filter((key) => keyspace.find(key) !== null).length;

const removeKeys = (keyspace: Keyspace, keys: readonly string[]): number =>
  keys.filter((key) => keyspace.remove(key)).length;

function flush(keyspace: Keyspace): Reply {
  keyspace.clear();
  return OK;
}

export const keyCommands: CommandTable = {
  exists: reads(-2, countKeys),
  touch: reads(-2, countKeys),
  type: reads(2, (keyspace, [key = ""]) => new Status(keyspace.find(key)?.kind ?? "none")),
  ttl: reads(
    2,
    ttlWith((expiresAtMs, nowMs) => Math.round((expiresAtMs - nowMs) / 1000)),
  ),
  pttl: reads(
    2,
    ttlWith((expiresAtMs, nowMs) => expiresAtMs - nowMs),
  ),
  expiretime: reads(
    2,
    ttlWith((expiresAtMs) => Math.round(expiresAtMs / 1000)),
  ),
  pexpiretime: reads(
    2,
    ttlWith((expiresAtMs) => expiresAtMs),
  ),
  keys: reads(2, (keyspace, [pattern = ""]) => {
    const match = globToRegExp(pattern);
    return keyspace.keys().filter((key) => match.test(key));
  }),
  scan: reads(-2, scan),
  dbsize: reads(1, (keyspace) => keyspace.keys().length),
  del: writes(-2, removeKeys),
  unlink: writes(-2, removeKeys),
  expire: writes(-3, expireWith(1000, true)),
  pexpire: writes(-3, expireWith(1, true)),
  expireat: writes(-3, expireWith(1000, false)),
  pexpireat: writes(-3, expireWith(1, false)),
  persist: writes(2, persist),
  rename: writes(3, (keyspace, [from = "", to = ""]) => rename(keyspace, from, to)),
  flushdb: writes(-1, flush),
  flushall: writes(-1, flush),
};
